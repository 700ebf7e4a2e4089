// One forward, then a backward an example.
#include "trainer/meta/fisher.hpp"

#include <c10/util/Exception.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/error.hpp"
#include "space/gain.hpp"
#include "trainer/meta/derivatives.hpp"
#include "trainer/problem.hpp"
#include "trainer/spectrum.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

constexpr std::uint64_t kSeed = 0;

/// The first examples of a batch.
Batch first(const Batch& batch, int examples) {
  const std::int64_t n = std::min<std::int64_t>(examples, batch.input.size(0));
  return {batch.input.narrow(0, 0, n), batch.target.narrow(0, 0, n)};
}

/// [examples]; those that nobody asks for are left out.
Tensor losses_of(const Tensor& logits, const Tensor& target) {
  const Tensor each =
      at::cross_entropy_loss(logits.reshape({-1, logits.size(-1)}), target.reshape({-1}), {},
                             at::Reduction::None, kNotAsked)
          .reshape(target.sizes());
  if (target.dim() == 1) return each.masked_select(target.ge(0));
  const Tensor asked = target.ge(0).sum(-1).clamp_min(1);
  return each.sum(-1) / asked;
}

class TaskSpectra : public Spectrum {
 public:
  TaskSpectra(const std::string& study_yaml, int examples)
      : tasks_(read_tasks(study_yaml)), examples_(examples) {
    for (const Task& task : tasks_) {
      if (task.problem.kind != ProblemSpec::Kind::supervised)
        throw space::Error(fmt::format(
            "task \"{}\" is a game: there is no Fisher information of its examples", task.name));
      data_.push_back(shared_dataset(task));
    }
  }

  std::vector<std::vector<double>> eigenvalues(const std::string& text) override {
    at::set_num_threads(1);
    try {
      const space::Activation activation = space::parse_activation(text);
      std::vector<std::vector<double>> all;
      for (std::size_t t = 0; t < tasks_.size(); ++t) {
        all.push_back(of_task(tasks_[t], *data_[t], activation));
        if (!std::ranges::all_of(all.back(), [](double v) { return std::isfinite(v); })) return {};
      }
      return all;
    } catch (const space::Error&) {  // a candidate that no network can have
      return {};
    } catch (const c10::Error&) {
      return {};
    }
  }

 private:
  std::vector<double> of_task(const Task& task, const Dataset& data,
                              const space::Activation& activation) const {
    const auto compiled = compile(task.normalise ? space::normalised(activation) : activation);
    const auto model =
        make_model(task.model, data.input(), compiled, run_key(task, kSeed, "weights"));
    model->train();
    Batch batch = data.training(run_key(task, kSeed, "batches"), 0);
    if (!data.input().graph) batch = first(batch, examples_);  // all nodes are one input
    const Tensor values = fisher_eigenvalues(example_gradients(*model, batch, examples_));
    return {values.data_ptr<double>(), values.data_ptr<double>() + values.numel()};
  }

  std::vector<Task> tasks_;
  int examples_;
  std::vector<std::shared_ptr<const Dataset>> data_;
};

}  // namespace

Tensor example_gradients(Model& model, const Batch& batch, int examples) {
  Tensor losses = losses_of(model.forward(batch.input), batch.target);
  losses = losses.narrow(0, 0, std::min<std::int64_t>(examples, losses.size(0)));
  const std::vector<Tensor> weights = model.parameters();
  std::vector<Tensor> rows;
  for (std::int64_t i = 0; i < losses.size(0); ++i) {
    std::vector<Tensor> parts;
    const auto gradients =
        torch::autograd::grad({losses[i]}, weights, {}, /*retain_graph=*/true, false, true);
    for (std::size_t k = 0; k < weights.size(); ++k)
      parts.push_back(gradients[k].defined()
                          ? gradients[k].reshape({-1})
                          : at::zeros({weights[k].numel()}, weights[k].options()));
    rows.push_back(at::cat(parts));
  }
  return at::stack(rows);
}

Tensor fisher_eigenvalues(const Tensor& gradients) {
  const Tensor g = gradients.detach().to(at::kDouble);
  const Tensor gram = at::matmul(g, g.t()) / static_cast<double>(g.size(0));
  return at::linalg_eigvalsh(gram).flip(0).contiguous();
}

}  // namespace antigrad::trainer

extern "C" antigrad::trainer::Spectrum* antigrad_open_spectrum(const char* study_yaml,
                                                               int examples) {
  return new antigrad::trainer::TaskSpectra(study_yaml, examples);
}
