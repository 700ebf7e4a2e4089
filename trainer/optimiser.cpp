// Parameter groups: weights that decay, those that do not, the parameters of activations.
#include "trainer/optimiser.hpp"

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

/// torch's clip_grad_norm_ to the bit, but that nothing waits for the norm.
void limit_norm(const std::vector<Tensor>& parameters, double most) {
  const at::NoGradGuard no_grad;
  std::vector<Tensor> gradients;
  for (const Tensor& parameter : parameters)
    if (parameter.grad().defined()) gradients.push_back(parameter.grad());
  if (gradients.empty()) return;
  const Tensor norm = at::stack(at::_foreach_norm(gradients, 2)).norm(2);
  at::_foreach_mul_(gradients, (most / (norm + 1e-6)).clamp_max(1));
}

at::Device device_of(const torch::nn::Module& module) {
  const std::vector<Tensor> parameters = module.parameters();
  return parameters.empty() ? at::Device(at::kCPU) : parameters.front().device();
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
  if (clip_ > 0) limit_norm(parameters_, clip_);
  interpolation_.before();
  method_->update(rate_factor(schedule_, steps_, warm_up_, step), draw);
  interpolation_.after();
}

void Optimiser::prepare(int step) {
  method_->prepare(rate_factor(schedule_, steps_, warm_up_, step));
}

void Optimiser::move(const Tensor& skip) {
  if (clip_ > 0) limit_norm(parameters_, clip_);
  method_->move(skip);
}

bool Optimiser::holds_gradient() const { return !interpolated_ && method_->holds_gradient(); }

AveragedWeights::AveragedWeights(double decay, const torch::nn::Module& module)
    : decay_(decay), share_(device_of(module)) {
  for (const Tensor& parameter : module.parameters()) current_.push_back(parameter);
  for (const Tensor& buffer : module.buffers()) current_.push_back(buffer);
  for (const Tensor& tensor : current_) average_.push_back(tensor.detach().clone());
}

double AveragedWeights::share(int step) const {
  return 1 - std::min(decay_, (1. + step) / (10. + step));
}

void AveragedWeights::update(int step) {
  const at::NoGradGuard no_grad;
  if (share_.tensor().is_cpu()) return at::_foreach_lerp_(average_, current_, share(step));
  prepare(step);
  move({});
}

void AveragedWeights::prepare(int step) { share_.set(share(step)); }

/// A descent by average - current: of libtorch's fused operations on all tensors, the one that
/// takes its factor from the device and can be told there to do nothing.
void AveragedWeights::move(const Tensor& skip) {
  const at::NoGradGuard no_grad;
  at::_fused_sgd_(average_, at::_foreach_sub(average_, current_), {}, 0, 0, share_.tensor(), 0,
                  false, false, false, {}, skip.defined() ? std::optional(skip) : std::nullopt);
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
