// A network that learns classes or tokens from examples, at one place or at many clients.
#pragma once
#include <optional>

#include "trainer/device/compute.hpp"
#include "trainer/device/step_graph.hpp"
#include "trainer/federated/clients.hpp"
#include "trainer/problem.hpp"

namespace antigrad::trainer {

/// Mean cross-entropy of logits [.., classes] and targets [..], those that are kNotAsked left out;
/// in float32 where the logits are bfloat16.
at::Tensor cross_entropy(const at::Tensor& logits, const at::Tensor& target, double smoothing);

/// The loss is the cross-entropy, smoothed as the task says while training. With clients it is the
/// mean of theirs, and the gradient what arrives of their gradients (trainer/federated/).
class Supervised : public Problem {
 public:
  Supervised(const Task& task, std::shared_ptr<const Dataset> data,
             const SharedActivation& activation, std::uint64_t seed, const Compute& compute = {});
  torch::nn::Module& module() override { return *model_; }
  Model* model() override { return model_.get(); }
  std::vector<std::shared_ptr<ActivationModule>> places() const override {
    return model_->places();
  }
  double differentiate(int batch) override;
  bool follow(std::function<void(const at::Tensor& loss)> rest) override;
  Quality quality(const std::vector<Batch>& batches) override;
  void play(const std::vector<Batch>& validation) override;

 private:
  double differentiate(const Batch& batch, double factor);
  /// Leaves gradients; the loss, on the device.
  at::Tensor gradient(const Batch& batch, double factor);
  Batch here(const Batch& batch) const;  // on the device
  double over_the_air(int step);

  std::shared_ptr<const Dataset> data_;
  double label_smoothing_;
  std::uint64_t batch_key_;
  at::Device device_;
  std::shared_ptr<Model> model_;
  StepGraph* (*make_graph_)();            // nullptr: steps are no CUDA graphs
  std::unique_ptr<GraphedStep> graphed_;  // where they are
  std::optional<Clients> clients_;
};

}  // namespace antigrad::trainer
