// Parameter groups: weights that decay, those that do not, the parameters of activations.
#include "trainer/optimiser.hpp"

#include <torch/nn/utils/clip_grad.h>

#include <algorithm>
#include <set>

namespace antigrad::trainer {
namespace {

using at::Tensor;

ParameterGroups groups_of(const OptimiserSpec& spec, const torch::nn::Module& trained) {
  std::set<const c10::TensorImpl*> theta;
  for (const auto& module : trained.modules())
    if (dynamic_cast<const ActivationModule*>(module.get()) != nullptr)
      for (const Tensor& raw : module->parameters()) theta.insert(raw.unsafeGetTensorImpl());
  ParameterGroups groups;
  groups[0] = {spec.rate, spec.weight_decay, {}};
  groups[1] = {spec.rate, 0, {}};
  groups[2] = {spec.theta_rate < 0 ? spec.rate : spec.theta_rate, spec.theta_weight_decay, {}};
  for (const Tensor& parameter : trained.parameters()) {
    const std::size_t group = theta.contains(parameter.unsafeGetTensorImpl()) ? 2
                              : parameter.dim() >= 2                          ? 0
                                                                              : 1;
    groups[group].parameters.push_back(parameter);
  }
  return groups;
}

}  // namespace

Optimiser::Optimiser(const Task& task, torch::nn::Module& module)
    : clip_(task.optimiser.clip),
      steps_(task.steps),
      warm_up_(task.warm_up),
      schedule_(task.schedule),
      parameters_(module.parameters()),
      method_(make_method(task.optimiser, groups_of(task.optimiser, module))),
      interpolated_(task.optimiser.interpolation.kind != InterpolationSpec::Kind::none),
      interpolation_(task.optimiser.interpolation, parameters_) {}

void Optimiser::clear_gradients() {
  for (at::Tensor& parameter : parameters_) parameter.mutable_grad().reset();
}

void Optimiser::update(int step, const DrawGradient& draw) {
  if (clip_ > 0) torch::nn::utils::clip_grad_norm_(parameters_, clip_);
  interpolation_.before();
  method_->update(rate_factor(schedule_, steps_, warm_up_, step), draw);
  interpolation_.after();
}

bool Optimiser::holds_gradient() const { return !interpolated_ && method_->holds_gradient(); }

AveragedWeights::AveragedWeights(double decay, const torch::nn::Module& module) : decay_(decay) {
  for (const Tensor& parameter : module.parameters()) current_.push_back(parameter);
  for (const Tensor& buffer : module.buffers()) current_.push_back(buffer);
  for (const Tensor& tensor : current_) average_.push_back(tensor.detach().clone());
}

void AveragedWeights::update(int step) {
  const at::NoGradGuard no_grad;
  const double decay = std::min(decay_, (1. + step) / (10. + step));
  at::_foreach_lerp_(average_, current_, 1 - decay);
}

void AveragedWeights::exchange() {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < current_.size(); ++i) {
    const Tensor held = current_[i].detach();
    current_[i].set_data(average_[i]);
    average_[i] = held;
  }
}

}  // namespace antigrad::trainer
