// One training: a deterministic function of (task, activation, seed), in pieces that give what one
// long run gives.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "trainer/dataset.hpp"
#include "trainer/device/compute.hpp"
#include "trainer/device/device_number.hpp"
#include "trainer/evaluator.hpp"
#include "trainer/measure/observer.hpp"
#include "trainer/optimiser.hpp"
#include "trainer/problem.hpp"
#include "trainer/task.hpp"

namespace antigrad::trainer {

class State;

/// Not thread-safe; runs in different threads do not disturb each other. Results are the same for
/// any number of threads and pieces, on one machine; call at::set_num_threads(1) before.
class Run {
 public:
  /// Initial weights and batches depend on (task.name, seed) only, given the task's settings.
  Run(Task task, std::shared_ptr<const Dataset> data, const SharedActivation& activation,
      std::uint64_t seed, const Compute& compute = {});
  Run(const Run&) = delete;  // a graph of its step would move the first one's weights
  Run& operator=(const Run&) = delete;

  /// Trains up to `step` (no effect when there already), adding a point to the curve every
  /// evaluate_every steps. Stops where the loss is not finite or above task.diverged times the
  /// first: that is the result. Throws c10::Error or std::bad_alloc when libtorch fails; the run
  /// cannot be used afterwards.
  void advance(int step);

  /// One step whose gradients are in the parameters already, with the loss that they are of: of
  /// batch number draws(). moved: it was prepare()d, and move() has been computed. For runs that
  /// others compute (trainer/stacked/).
  void take(double loss, bool moved);

  /// Whether a step is one CUDA graph, in which move() follows the gradients. Not of an optimiser
  /// that cannot be captured, nor while somebody looks at gradients between the two.
  bool whole() const { return whole_; }
  /// Writes to the device what changes from step to step.
  void prepare();
  /// The updates of weights and averages, in operations on the device alone. loss: there. One that
  /// ends the run moves nothing, nor does any behind it.
  void move(const at::Tensor& loss);

  /// Everything but the resources: the curve so far, with a last point at the present step, and
  /// theta of the averaged weights. A last point off the grid of evaluate_every is not kept and
  /// changes nothing of what follows. Where it is not finite, or the run has diverged, the outcome
  /// says so and the curve ends at its last whole point.
  Measurement measure();

  /// From now on this one looks on; nullptr: nobody. Not owned.
  void observe(Observer* observer);

  /// What a checkpoint keeps (trainer/measure/checkpoint.hpp).
  void visit(State& state);

  /// The averaged weights, as they are now, on other batches.
  ShiftPoint measure_on(const std::string& name, const std::vector<Batch>& batches);

  /// Calls `look` while the networks have their averaged weights; it must not train them.
  void with_averaged(const std::function<void(Problem&)>& look);

  int step() const { return step_; }
  int draws() const { return draws_; }  // batches that were used
  /// Of the last batch; what moved the weights at step() - 1.
  double last_loss() const { return drawn_loss_; }
  const Compute& compute() const { return compute_; }
  std::uint64_t batch_key() const { return batch_key_; }
  /// Mean of the training losses before each update since the last point of the curve; NaN without.
  double training_loss() const {
    return loss_count_ > 0 ? loss_sum_ / loss_count_ : std::numeric_limits<double>::quiet_NaN();
  }
  bool diverged() const { return diverged_; }
  /// Of a problem that has one.
  const Model& model() const { return *problem_->model(); }
  Model& model() { return *problem_->model(); }
  bool has_model() const { return problem_->model() != nullptr; }
  std::shared_ptr<Model> shared_model() {
    return std::dynamic_pointer_cast<Model>(problem_->model()->shared_from_this());
  }

 private:
  void finish_step(bool moved);
  void train_step(bool moved);
  double draw();
  void diverge(const std::string& reason);
  CurvePoint evaluate();

  Task task_;
  std::shared_ptr<const Dataset> data_;
  std::string activation_;
  std::uint64_t seed_, batch_key_;
  Compute compute_;
  std::unique_ptr<Problem> problem_;
  Optimiser optimiser_;
  AveragedWeights average_;
  DeviceNumber limit_;  // of the loss
  bool whole_ = false;
  int step_ = 0;
  int draws_ = 0;          // batches that were used
  double drawn_loss_ = 0;  // of the last one
  double first_loss_ = 0;
  double loss_sum_ = 0;  // of the training losses since the last point of the curve
  int loss_count_ = 0;
  bool diverged_ = false;
  std::string reason_;
  std::vector<CurvePoint> curve_;
  Observer* observer_ = nullptr;
};

}  // namespace antigrad::trainer
