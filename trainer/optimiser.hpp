// How weights move: a method (trainer/optimisers/) with parameter groups, a schedule, clipping and
// interpolation around it, and exponentially averaged weights.
#pragma once
#include <memory>
#include <vector>

#include "trainer/device/device_number.hpp"
#include "trainer/interpolation.hpp"
#include "trainer/model.hpp"
#include "trainer/optimisers/method.hpp"
#include "trainer/task.hpp"

namespace antigrad::trainer {

/// The task's method over what is trained. Weight decay acts on weights of two and more dimensions;
/// norms and biases have none. The parameters of activations have a rate and a decay (of their raw
/// values) of their own. The norm that clipping limits is that of all gradients together.
class Optimiser {
 public:
  Optimiser(const Task& task, torch::nn::Module& module);
  void clear_gradients();
  /// One update from the gradients at hand. step counts from 0: every group's rate is multiplied by
  /// the schedule's rate_factor. draw: for methods that look at more than one batch.
  void update(int step, const DrawGradient& draw = {});
  /// Whether update() is prepare() and then move(), as of a Method: neither a method that draws
  /// batches nor an interpolation, which goes back every few updates, can be captured.
  bool capturable() const { return !interpolated_ && method_->capturable(); }
  void prepare(int step);
  void move(const at::Tensor& skip);
  /// Whether the gradients after an update are those of the weights, so that none need be drawn.
  bool holds_gradient() const;
  std::vector<Figure> figures() const { return method_->figures(); }
  /// What a checkpoint keeps.
  void visit(State& state);

 private:
  double clip_;
  int steps_, warm_up_;
  ScheduleSpec schedule_;
  std::vector<at::Tensor> parameters_;
  std::unique_ptr<Method> method_;
  bool interpolated_;
  Interpolation interpolation_;
};

/// Exponential averages of parameters and buffers (the statistics of batch norm): average
/// <- d average + (1 - d) current with d = min(decay, (1 + step) / (10 + step)), so that the start
/// is forgotten early.
class AveragedWeights {
 public:
  AveragedWeights(double decay, const torch::nn::Module& module);
  void update(int step);
  /// On a GPU update() is these two, of which a CUDA graph can hold the second. skip: as Method has
  /// it.
  void prepare(int step);
  void move(const at::Tensor& skip);
  /// Exchanges the weights and the averages; twice gives the first state back, bit for bit and at
  /// the same addresses. Between the two nothing trains.
  void exchange();
  /// What a checkpoint keeps.
  void visit(State& state);

 private:
  double share(int step) const;  // 1 - d

  double decay_;
  std::vector<at::Tensor> current_, average_;
  DeviceNumber share_;
};

}  // namespace antigrad::trainer
