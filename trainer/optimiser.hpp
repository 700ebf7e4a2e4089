// How weights move: libtorch's optimisers with parameter groups, warm-up and clipping, and
// exponentially averaged weights.
#pragma once
#include <memory>
#include <vector>

#include "trainer/model.hpp"
#include "trainer/task.hpp"

namespace antigrad::trainer {

/// SGD or AdamW over a model. Weight decay acts on weights of two and more dimensions; norms,
/// biases and theta have none.
class Optimiser {
 public:
  Optimiser(const Task& task, Model& model);
  void clear_gradients();
  /// One update from the gradients at hand. step counts from 0: the rate is rate * min(1, (step +
  /// 1) / warm_up).
  void update(int step);

 private:
  double rate_, clip_;
  int warm_up_;
  std::vector<at::Tensor> parameters_;
  std::unique_ptr<torch::optim::Optimizer> optimiser_;
};

/// Exponential averages of a model's parameters and buffers (the statistics of batch norm): average
/// <- d average + (1 - d) current with d = min(decay, (1 + step) / (10 + step)), so that the start
/// is forgotten early.
class AveragedWeights {
 public:
  AveragedWeights(double decay, const Model& model);
  void update(int step);
  /// Exchanges the model's weights and the averages; twice gives the first state back, bit for bit.
  void exchange();

 private:
  double decay_;
  std::vector<at::Tensor> current_, average_;
};

}  // namespace antigrad::trainer
