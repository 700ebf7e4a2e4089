// Parameter groups: 0 decays, 1 does not.
#include "trainer/optimiser.hpp"

#include <torch/nn/utils/clip_grad.h>

#include <algorithm>

namespace antigrad::trainer {
namespace {

using at::Tensor;

std::unique_ptr<torch::optim::Optimizer> make(const OptimiserSpec& spec,
                                              const std::vector<Tensor>& decayed,
                                              const std::vector<Tensor>& plain) {
  const auto groups = [&](auto options) {
    auto without = std::make_unique<decltype(options)>(options);
    without->weight_decay(0);
    return std::vector<torch::optim::OptimizerParamGroup>{
        torch::optim::OptimizerParamGroup(
            decayed, std::make_unique<decltype(options)>(options.weight_decay(spec.weight_decay))),
        torch::optim::OptimizerParamGroup(plain, std::move(without))};
  };
  if (spec.name == OptimiserSpec::Name::sgd) {
    const auto options = torch::optim::SGDOptions(spec.rate).momentum(spec.momentum);
    return std::make_unique<torch::optim::SGD>(groups(options), options);
  }
  const auto options = torch::optim::AdamWOptions(spec.rate).betas({spec.beta1, spec.beta2});
  return std::make_unique<torch::optim::AdamW>(groups(options), options);
}

}  // namespace

Optimiser::Optimiser(const Task& task, Model& model)
    : rate_(task.optimiser.rate),
      clip_(task.optimiser.clip),
      warm_up_(task.warm_up),
      parameters_(model.parameters()) {
  std::vector<Tensor> decayed, plain;
  for (const Tensor& parameter : parameters_)
    (parameter.dim() >= 2 ? decayed : plain).push_back(parameter);
  optimiser_ = make(task.optimiser, decayed, plain);
}

void Optimiser::clear_gradients() { optimiser_->zero_grad(); }

void Optimiser::update(int step) {
  const double warm = warm_up_ > 0 ? std::min(1., (step + 1.) / warm_up_) : 1;
  for (auto& group : optimiser_->param_groups()) group.options().set_lr(rate_ * warm);
  if (clip_ > 0) torch::nn::utils::clip_grad_norm_(parameters_, clip_);
  optimiser_->step();
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
