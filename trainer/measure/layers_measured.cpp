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

void add_statistics(Named& named, const std::string& layer, const Tensor& value) {
  const ActivationStatistics statistics = statistics_of(value);
  const std::string name = "activation/" + layer;
  named.emplace_back(name + "/mean", statistics.mean);
  named.emplace_back(name + "/variance", statistics.variance);
  named.emplace_back(name + "/dead", statistics.dead);
  named.emplace_back(name + "/effective_rank", statistics.effective_rank);
}

void add_sparsity(Named& named, const Layer& layer, const Sparsity& sparsity) {
  named.emplace_back("sparsity/" + layer.name, sparsity.share);
  named.emplace_back("sparsity_threshold/" + layer.name, sparsity.threshold);
}

double square_norm(const std::vector<Tensor>& parameters) {
  double sum = 0;
  for (const Tensor& parameter : parameters)
    if (parameter.grad().defined())
      sum += parameter.grad().to(at::kDouble).square().sum().item<double>();
  return sum;
}

/// The sum of squares of all.
double add_gradient_norms(Named& named, const torch::nn::Module& module,
                          const std::string& prefix) {
  double all = 0;
  const auto add = [&](const std::string& name, const std::vector<Tensor>& parameters) {
    const double sum = square_norm(parameters);
    named.emplace_back("gradient_norm/" + prefix + name, std::sqrt(sum));
    all += sum;
  };
  for (const auto& own : module.named_parameters(false)) add(own.key(), {own.value()});
  for (const auto& child : module.named_children()) {
    if (dynamic_cast<const Model*>(child.value().get()) != nullptr)
      all += add_gradient_norms(named, *child.value(), child.key() + ".");
    else if (!child.value()->parameters().empty())
      add(child.key(), child.value()->parameters());
  }
  return all;
}

}  // namespace

void run_once(Model& model, const Batch& batch) {
  const at::NoGradGuard no_grad;
  model.eval();
  model.forward(batch.input.to(model.parameters().front().device()));
}

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
  const Tensor each = weight.detach().t().cpu().to(at::kDouble).contiguous();  // [neurons, width]
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

Named gradient_norms(const torch::nn::Module& trained) {
  Named named = {{"gradient_norm/all", 0}};
  named.front().second = std::sqrt(add_gradient_norms(named, trained, ""));
  return named;
}

Named theta_of(const torch::nn::Module& trained) {
  const at::NoGradGuard no_grad;
  constexpr std::size_t kRaw = 4;  // "raw_"
  Named named;
  for (const auto& child : trained.named_modules("", false)) {
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
      if (is_activation(&layer)) add_statistics(named, layer.name, value);
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

Named activations_measured(Problem& problem, const std::vector<Batch>& validation) {
  const at::NoGradGuard no_grad;
  Named named;
  std::vector<ActivationModule*> watched;
  for (const auto& item : problem.module().named_modules("", false)) {
    auto* const place = dynamic_cast<ActivationModule*>(item.value().get());
    if (place == nullptr) continue;
    place->watch([&named, name = item.key()](const Tensor& y) { add_statistics(named, name, y); });
    watched.push_back(place);
  }
  problem.play(validation);
  for (ActivationModule* const place : watched) place->watch({});
  return named;
}

Named measured(const MeasureSpec& spec, Problem& problem, const std::vector<Batch>& validation) {
  if (problem.model() != nullptr)
    return layers_measured(spec, *problem.model(), validation.front());
  return spec.activations ? activations_measured(problem, validation) : Named();
}

}  // namespace antigrad::trainer
