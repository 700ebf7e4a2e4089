// How weights move: libtorch's optimisers with parameter groups, a schedule and clipping, and
// exponentially averaged weights.
#pragma once
#include <memory>
#include <vector>

#include "trainer/interpolation.hpp"
#include "trainer/model.hpp"
#include "trainer/task.hpp"

namespace antigrad::trainer {

/// SGD or AdamW over a model. Weight decay acts on weights of two and more dimensions; norms and
/// biases have none. The parameters of activations have a rate and a decay (of their raw values) of
/// their own. The norm that clipping limits is that of all gradients together.
class Optimiser {
 public:
  Optimiser(const Task& task, Model& model);
  void clear_gradients();
  /// One update from the gradients at hand. step counts from 0: every group's rate is multiplied by
  /// the schedule's rate_factor.
  void update(int step);
  /// What a checkpoint keeps.
  void visit(State& state);

 private:
  double clip_;
  int steps_, warm_up_;
  ScheduleSpec schedule_;
  std::vector<at::Tensor> parameters_;
  std::vector<double> rates_;  // of the groups
  std::unique_ptr<torch::optim::Optimizer> optimiser_;
  Interpolation interpolation_;
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
  /// What a checkpoint keeps.
  void visit(State& state);

 private:
  double decay_;
  std::vector<at::Tensor> current_, average_;
};

}  // namespace antigrad::trainer
