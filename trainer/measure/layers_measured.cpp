// A forward pass is watched layer by layer; nothing of it is kept.
#include "trainer/measure/layers_measured.hpp"

#include <cmath>
#include <functional>

#include "trainer/measure/activation_statistics.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Op = Layer::Op;

/// Watches as long as it lives.
class Watch {
 public:
  Watch(Model& model, std::function<void(const Layer&, const Tensor&)> observer) : model_(model) {
    model_.watch(std::move(observer));
  }
  ~Watch() { model_.watch({}); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

 private:
  Model& model_;
};

const Layer* layer_at(const std::vector<Layer>& layers, int i) {
  return i < 0 ? nullptr : &layers[static_cast<std::size_t>(i)];
}

bool is_activation(const Layer* layer) { return layer != nullptr && layer->op == Op::activation; }

/// What the second matrix of a feed-forward network reads.
bool is_hidden(const std::vector<Layer>& layers, const Layer* layer) {
  if (layer == nullptr || layer->op != Op::product) return is_activation(layer);
  return is_activation(layer_at(layers, layer->a)) || is_activation(layer_at(layers, layer->b));
}

void add_statistics(Named& named, const Layer& layer, const Tensor& value) {
  const ActivationStatistics statistics = statistics_of(value);
  const std::string name = "activation/" + layer.name;
  named.emplace_back(name + "/mean", statistics.mean);
  named.emplace_back(name + "/variance", statistics.variance);
  named.emplace_back(name + "/dead", statistics.dead);
  named.emplace_back(name + "/effective_rank", statistics.effective_rank);
}

void add_sparsity(Named& named, const Layer& layer, const Sparsity& sparsity) {
  named.emplace_back("sparsity/" + layer.name, sparsity.share);
  named.emplace_back("sparsity_threshold/" + layer.name, sparsity.threshold);
}

void run_once(Model& model, const Batch& batch) {
  model.eval();
  model.forward(batch.input);
}

}  // namespace

HiddenWatch::HiddenWatch(Model& model, AtHidden look) : model_(model) {
  const std::vector<Layer>& layers = model.plan().layers();
  model.watch([&layers, modules = model.named_children(), look = std::move(look)](
                  const Layer& layer, const Tensor& value) {
    if (!is_hidden(layers, &layer)) return;
    for (const Layer& reader : layers)
      if (reader.op == Op::linear && layer_at(layers, reader.a) == &layer)
        look(reader, value, modules[reader.name]->named_parameters(false)["weight"]);
  });
}

Sparsity sparsity_of(const Tensor& hidden, const Tensor& weight, double most) {
  constexpr std::int64_t kTokens = 64;
  const Tensor activation = rows_of(hidden, kTokens).contiguous();
  const Tensor each = weight.detach().t().to(at::kDouble).contiguous();  // [neurons, width]
  const auto span_of = [](const Tensor& t) {
    return std::span(t.const_data_ptr<double>(), static_cast<std::size_t>(t.numel()));
  };
  return cett_sparsity({.tokens = static_cast<std::size_t>(activation.size(0)),
                        .neurons = static_cast<std::size_t>(activation.size(1)),
                        .width = static_cast<std::size_t>(each.size(1)),
                        .activation = span_of(activation),
                        .weight = span_of(each)},
                       most);
}

Named gradient_norms(const Model& model) {
  Named named = {{"gradient_norm/all", 0}};
  double all = 0;
  for (const auto& child : model.named_children()) {
    const std::vector<Tensor> parameters = child.value()->parameters();
    if (parameters.empty()) continue;
    double sum = 0;
    for (const Tensor& parameter : parameters)
      if (parameter.grad().defined())
        sum += parameter.grad().to(at::kDouble).square().sum().item<double>();
    named.emplace_back("gradient_norm/" + child.key(), std::sqrt(sum));
    all += sum;
  }
  named.front().second = std::sqrt(all);
  return named;
}

Named theta_of(const Model& model) {
  const at::NoGradGuard no_grad;
  constexpr std::size_t kRaw = 4;  // "raw_"
  Named named;
  for (const auto& child : model.named_children()) {
    const auto* const place = dynamic_cast<const ActivationModule*>(child.value().get());
    if (place == nullptr) continue;
    const Tensor theta = place->theta().to(at::kDouble);
    std::int64_t i = 0;
    for (const auto& parameter : place->named_parameters(false))
      named.emplace_back("theta/" + child.key() + "/" + parameter.key().substr(kRaw),
                         theta[i++].item<double>());
  }
  return named;
}

Named layers_measured(const MeasureSpec& spec, Model& model, const Batch& batch) {
  const at::NoGradGuard no_grad;
  Named named;
  if (spec.activations) {
    const Watch watch(model, [&](const Layer& layer, const Tensor& value) {
      if (is_activation(&layer)) add_statistics(named, layer, value);
    });
    run_once(model, batch);
  }
  if (spec.sparsity) {
    const HiddenWatch watch(model, [&](const Layer& reader, const Tensor& hidden, const Tensor& w) {
      add_sparsity(named, reader, sparsity_of(hidden, w));
    });
    run_once(model, batch);
  }
  return named;
}

}  // namespace antigrad::trainer
