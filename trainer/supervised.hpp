// A network that learns classes or tokens from examples, at one place or at many clients.
#pragma once
#include <optional>

#include "trainer/federated/clients.hpp"
#include "trainer/problem.hpp"

namespace antigrad::trainer {

/// The loss is the cross-entropy, smoothed as the task says while training. With clients it is the
/// mean of theirs, and the gradient what arrives of their gradients (trainer/federated/).
class Supervised : public Problem {
 public:
  Supervised(const Task& task, std::shared_ptr<const Dataset> data,
             const SharedActivation& activation, std::uint64_t seed);
  torch::nn::Module& module() override { return *model_; }
  Model* model() override { return model_.get(); }
  std::vector<std::shared_ptr<ActivationModule>> places() const override {
    return model_->places();
  }
  double differentiate(int batch) override;
  Quality quality(const std::vector<Batch>& batches) override;

 private:
  double differentiate(const Batch& batch, double factor);
  double over_the_air(int step);

  std::shared_ptr<const Dataset> data_;
  double label_smoothing_;
  std::uint64_t batch_key_;
  std::shared_ptr<Model> model_;
  std::optional<Clients> clients_;
};

}  // namespace antigrad::trainer
