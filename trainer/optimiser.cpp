// Parameter groups: weights that decay, those that do not, the parameters of activations.
#include "trainer/optimiser.hpp"

#include <torch/nn/utils/clip_grad.h>

#include <algorithm>
#include <array>
#include <set>

namespace antigrad::trainer {
namespace {

using at::Tensor;

struct Group {
  double rate = 0, weight_decay = 0;
  std::vector<Tensor> parameters;
};
using Groups = std::array<Group, 3>;

Groups groups_of(const OptimiserSpec& spec, const Model& model) {
  std::set<const c10::TensorImpl*> theta;
  for (const auto& module : model.modules())
    if (dynamic_cast<const ActivationModule*>(module.get()) != nullptr)
      for (const Tensor& raw : module->parameters()) theta.insert(raw.unsafeGetTensorImpl());
  Groups groups;
  groups[0] = {spec.rate, spec.weight_decay, {}};
  groups[1] = {spec.rate, 0, {}};
  groups[2] = {spec.theta_rate < 0 ? spec.rate : spec.theta_rate, spec.theta_weight_decay, {}};
  for (const Tensor& parameter : model.parameters()) {
    const std::size_t group = theta.contains(parameter.unsafeGetTensorImpl()) ? 2
                              : parameter.dim() >= 2                          ? 0
                                                                              : 1;
    groups[group].parameters.push_back(parameter);
  }
  return groups;
}

template <class Method, class Options>
std::unique_ptr<torch::optim::Optimizer> make(const Groups& groups, const Options& options) {
  std::vector<torch::optim::OptimizerParamGroup> made;
  for (const Group& group : groups) {
    auto own = std::make_unique<Options>(options);
    own->lr(group.rate).weight_decay(group.weight_decay);
    made.emplace_back(group.parameters, std::move(own));
  }
  return std::make_unique<Method>(made, options);
}

std::unique_ptr<torch::optim::Optimizer> make(const OptimiserSpec& spec, const Groups& groups) {
  if (spec.name == OptimiserSpec::Name::sgd)
    return make<torch::optim::SGD>(
        groups,
        torch::optim::SGDOptions(spec.rate).momentum(spec.momentum).nesterov(spec.nesterov));
  return make<torch::optim::AdamW>(
      groups, torch::optim::AdamWOptions(spec.rate).betas({spec.beta1, spec.beta2}));
}

}  // namespace

Optimiser::Optimiser(const Task& task, Model& model)
    : clip_(task.optimiser.clip),
      steps_(task.steps),
      warm_up_(task.warm_up),
      schedule_(task.schedule),
      parameters_(model.parameters()),
      interpolation_(task.optimiser.interpolation, parameters_) {
  const Groups groups = groups_of(task.optimiser, model);
  for (const Group& group : groups) rates_.push_back(group.rate);
  optimiser_ = make(task.optimiser, groups);
}

void Optimiser::clear_gradients() { optimiser_->zero_grad(); }

void Optimiser::update(int step) {
  const double factor = rate_factor(schedule_, steps_, warm_up_, step);
  for (std::size_t i = 0; i < rates_.size(); ++i)
    optimiser_->param_groups()[i].options().set_lr(rates_[i] * factor);
  if (clip_ > 0) torch::nn::utils::clip_grad_norm_(parameters_, clip_);
  interpolation_.before();
  optimiser_->step();
  interpolation_.after();
}

AveragedWeights::AveragedWeights(double decay, const Model& model) : decay_(decay) {
  for (const Tensor& parameter : model.parameters()) current_.push_back(parameter);
  for (const Tensor& buffer : model.buffers()) current_.push_back(buffer);
  for (const Tensor& tensor : current_) average_.push_back(tensor.detach().clone());
}

void AveragedWeights::update(int step) {
  const at::NoGradGuard no_grad;
  const double decay = std::min(decay_, (1. + step) / (10. + step));
  for (std::size_t i = 0; i < current_.size(); ++i) average_[i].lerp_(current_[i], 1 - decay);
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
