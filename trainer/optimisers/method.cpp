// libtorch's SGD and AdamW as methods, and which name makes which.
#include "trainer/optimisers/method.hpp"

#include "trainer/measure/state.hpp"
#include "trainer/optimisers/gols.hpp"
#include "trainer/optimisers/on_device.hpp"
#include "trainer/optimisers/over_the_air.hpp"

namespace antigrad::trainer {
namespace {

class TorchMethod : public Method {
 public:
  TorchMethod(const ParameterGroups& groups, std::unique_ptr<torch::optim::Optimizer> optimiser)
      : optimiser_(std::move(optimiser)) {
    for (const ParameterGroup& group : groups) rates_.push_back(group.rate);
  }

  void update(double factor, const DrawGradient&) override {
    for (std::size_t i = 0; i < rates_.size(); ++i)
      optimiser_->param_groups()[i].options().set_lr(rates_[i] * factor);
    optimiser_->step();
  }
  void visit(State& state) override { trainer::visit(state, *optimiser_); }

 private:
  std::unique_ptr<torch::optim::Optimizer> optimiser_;
  std::vector<double> rates_;  // of the groups
};

template <class Torch, class Options>
std::unique_ptr<Method> make(const ParameterGroups& groups, const Options& options) {
  std::vector<torch::optim::OptimizerParamGroup> made;
  for (const ParameterGroup& group : groups) {
    auto own = std::make_unique<Options>(options);
    own->lr(group.rate).weight_decay(group.weight_decay);
    made.emplace_back(group.parameters, std::move(own));
  }
  return std::make_unique<TorchMethod>(groups, std::make_unique<Torch>(made, options));
}

/// Whether the parameters are not the processor's.
bool elsewhere(const ParameterGroups& groups) {
  for (const ParameterGroup& group : groups)
    for (const at::Tensor& parameter : group.parameters)
      if (!parameter.is_cpu()) return true;
  return false;
}

}  // namespace

std::unique_ptr<Method> make_method(const OptimiserSpec& spec, const ParameterGroups& groups) {
  switch (spec.name) {
    case OptimiserSpec::Name::gols: return std::make_unique<Gols>(spec, groups);
    case OptimiserSpec::Name::adagrad_ota:
    case OptimiserSpec::Name::adam_ota: return std::make_unique<OverTheAir>(spec, groups);
    case OptimiserSpec::Name::sgd:
      if (elsewhere(groups)) return on_device(spec, groups);
      return make<torch::optim::SGD>(
          groups,
          torch::optim::SGDOptions(spec.rate).momentum(spec.momentum).nesterov(spec.nesterov));
    case OptimiserSpec::Name::adamw: break;
  }
  if (elsewhere(groups)) return on_device(spec, groups);
  return make<torch::optim::AdamW>(
      groups, torch::optim::AdamWOptions(spec.rate).betas({spec.beta1, spec.beta2}));
}

}  // namespace antigrad::trainer
