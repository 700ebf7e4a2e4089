// One training: a deterministic function of (task, activation, seed), in pieces that give what one
// long run gives.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "trainer/dataset.hpp"
#include "trainer/evaluator.hpp"
#include "trainer/measure/observer.hpp"
#include "trainer/model.hpp"
#include "trainer/optimiser.hpp"
#include "trainer/task.hpp"

namespace antigrad::trainer {

class State;

/// Not thread-safe; runs in different threads do not disturb each other. Results are the same for
/// any number of threads and pieces, on one machine; call at::set_num_threads(1) before.
class Run {
 public:
  /// Initial weights and batches depend on (task.name, seed) only, given the task's settings.
  Run(Task task, std::shared_ptr<const Dataset> data, const SharedActivation& activation,
      std::uint64_t seed);

  /// Trains up to `step` (no effect when there already), adding a point to the curve every
  /// evaluate_every steps. Stops where the loss is not finite or above task.diverged times the
  /// first: that is the result. Throws c10::Error or std::bad_alloc when libtorch fails; the run
  /// cannot be used afterwards.
  void advance(int step);

  /// Everything but the resources: the curve so far, with a last point at the present step, and
  /// theta of the averaged weights. A last point off the grid of evaluate_every is not kept and
  /// changes nothing of what follows. Where it is not finite, or the run has diverged, the outcome
  /// says so and the curve ends at its last whole point.
  Measurement measure();

  /// From now on this one looks on; nullptr: nobody. Not owned.
  void observe(Observer* observer) { observer_ = observer; }

  /// What a checkpoint keeps (trainer/measure/checkpoint.hpp).
  void visit(State& state);

  /// The averaged weights, as they are now, on other batches.
  ShiftPoint measure_on(const std::string& name, const std::vector<Batch>& batches);

  int step() const { return step_; }
  bool diverged() const { return diverged_; }
  const Model& model() const { return *model_; }

 private:
  struct Quality {
    double loss = 0, accuracy = 0;
  };

  void train_step();
  void diverge(const std::string& reason);
  CurvePoint evaluate();
  Quality validate(const std::vector<Batch>& batches);

  Task task_;
  std::shared_ptr<const Dataset> data_;
  std::string activation_;
  std::uint64_t seed_, batch_key_;
  std::shared_ptr<Model> model_;
  Optimiser optimiser_;
  AveragedWeights average_;
  int step_ = 0;
  double first_loss_ = 0;
  double loss_sum_ = 0;  // of the training losses since the last point of the curve
  int loss_count_ = 0;
  bool diverged_ = false;
  std::string reason_;
  std::vector<CurvePoint> curve_;
  Observer* observer_ = nullptr;
};

}  // namespace antigrad::trainer
