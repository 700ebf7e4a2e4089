// Writes what a run does into an event file, as `measure:` of a study asks.
#pragma once
#include <chrono>
#include <memory>
#include <string>

#include "trainer/dataset.hpp"
#include "trainer/evaluator.hpp"
#include "trainer/measure/event_file.hpp"
#include "trainer/measure/layers_measured.hpp"
#include "trainer/measure/observer.hpp"
#include "trainer/task.hpp"

namespace antigrad::trainer {

/// Every `every` steps: "training/loss" of that step's batch, "speed/seconds_a_step" and
/// "speed/images_a_second" or tokens since the last time (evaluations of the curve included, these
/// measurements not), "memory/peak_mebibytes", and what the spec names, on the first validation
/// batch. At every point of the curve: "training/mean_loss", "validation/loss", accuracy,
/// current_loss and, of a text, perplexity and bits_per_byte. At the end of a request:
/// "shift/NAME/loss" and accuracy, "figure/NAME". A file that cannot be written is complained of
/// once on stderr.
class Recorder : public Observer {
 public:
  /// What an older file holds of later steps is dropped.
  Recorder(const MeasureSpec& spec, const Task& task, std::shared_ptr<const Dataset> data,
           const std::string& path, int step);

  void gradients(int step, double loss, Problem& problem) override;
  void updated(int steps, Problem& problem) override;
  void point(const CurvePoint& point) override;

  /// Time before this is not the training's.
  void go_on(int step);
  void finished(const Measurement& measurement);

 private:
  using Clock = std::chrono::steady_clock;

  bool due(int steps) const { return steps % every_ == 0; }
  void write(int step, Named values);

  MeasureSpec spec_;
  std::shared_ptr<const Dataset> data_;
  int every_;
  double examples_a_step_;
  std::string speed_;  // its name
  std::unique_ptr<EventFile> file_;
  Named of_gradients_;
  Clock::time_point since_;
  int since_step_;
};

}  // namespace antigrad::trainer
