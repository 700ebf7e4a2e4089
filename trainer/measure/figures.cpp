// Layers are measured one by one and averaged; weak neurons are set to 0 in place.
#include "trainer/measure/figures.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string>

#include "trainer/measure/layers_measured.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Thresholds = std::map<std::string, double>;  // by layer

/// The mean of all values whose name begins and ends so.
std::optional<double> mean_of(const Named& named, const std::string& begin,
                              const std::string& end) {
  double sum = 0;
  int count = 0;
  for (const auto& [name, value] : named) {
    if (!name.starts_with(begin) || !name.ends_with(end)) continue;
    sum += value;
    ++count;
  }
  if (count == 0) return std::nullopt;
  return sum / count;
}

void add_layer_means(const MeasureSpec& spec, const Dataset& data, Run& run,
                     std::vector<Figure>& figures) {
  Named named;
  run.with_averaged([&](Problem& problem) { named = measured(spec, problem, data.validation()); });
  const auto add = [&](const char* name, const char* begin, const char* end) {
    if (const auto mean = mean_of(named, begin, end)) figures.push_back({name, *mean});
  };
  add("dead units", "activation/", "/dead");
  add("effective rank", "activation/", "/effective_rank");
  add("sparsity", "sparsity/", "");
}

Tensor magnitudes(const Tensor& hidden, const Tensor& weight) {
  return hidden.abs() * weight.norm(2, 0);
}

/// What a threshold of each layer at this level is, and the mean share of neurons below it.
Thresholds thresholds_at(double level, const Batch& batch, Run& run, double& share) {
  Thresholds thresholds;
  share = 0;
  run.with_averaged([&](Problem& problem) {
    Model& model = *problem.model();
    const HiddenWatch watch(model,
                            [&](const Layer& reader, const Tensor& hidden, const Tensor& weight) {
                              const Sparsity sparsity = sparsity_of(hidden, weight, level);
                              thresholds[reader.name] = sparsity.threshold;
                              share += sparsity.share;
                            });
    run_once(model, batch);
  });
  if (!thresholds.empty()) share /= static_cast<double>(thresholds.size());
  return thresholds;
}

double loss_above(const Thresholds& thresholds, const Dataset& data, Run& run) {
  const HiddenWatch watch(
      run.model(), [&](const Layer& reader, const Tensor& hidden, const Tensor& weight) {
        Tensor in_place = hidden;
        in_place.mul_(magnitudes(hidden, weight).ge(thresholds.at(reader.name)));
      });
  return run.measure_on("", data.validation()).loss;
}

}  // namespace

std::vector<Figure> figures_of(const MeasureSpec& spec, const Dataset& data, Run& run) {
  std::vector<Figure> figures;
  if (!spec.wanted()) return figures;
  add_layer_means(spec, data, run, figures);
  if (!run.has_model()) return figures;
  const Batch& first = data.validation().front();
  for (const double level : spec.cett) {
    double share = 0;
    const Thresholds thresholds = thresholds_at(level, first, run, share);
    if (thresholds.empty()) continue;
    figures.push_back({fmt::format("sparsity at {}", level), share});
    figures.push_back({fmt::format("loss at {}", level), loss_above(thresholds, data, run)});
  }
  return figures;
}

}  // namespace antigrad::trainer
