// The training loop. Nothing here reads a clock, a global random number or the test part.
#include "trainer/run.hpp"

#include <ATen/Context.h>
#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace antigrad::trainer {
namespace {

using at::Tensor;

/// Subnormal numbers are 0 while training: they cost a hundred times the time of others, and how
/// often they come depends on the candidate. The mode belongs to the thread, so every piece of a
/// run sets it for itself.
class FlushSubnormals {
 public:
  FlushSubnormals() { at::globalContext().setFlushDenormal(true); }
  ~FlushSubnormals() { at::globalContext().setFlushDenormal(false); }
  FlushSubnormals(const FlushSubnormals&) = delete;
  FlushSubnormals& operator=(const FlushSubnormals&) = delete;
};

bool finite(const CurvePoint& point) {
  return std::isfinite(point.validation_loss) && std::isfinite(point.current_loss);
}

std::string not_finite(const CurvePoint& point) {
  return fmt::format("validation loss {} (averaged weights {}) at step {}", point.current_loss,
                     point.validation_loss, point.step);
}

}  // namespace

Run::Run(Task task, std::shared_ptr<const Dataset> data, const SharedActivation& activation,
         std::uint64_t seed)
    : task_(std::move(task)),
      data_(std::move(data)),
      activation_(activation->activation.text),
      seed_(seed),
      batch_key_(run_key(task_, seed, "batches")),
      problem_(make_problem(task_, data_, activation, seed)),
      optimiser_(task_, problem_->module()),
      average_(task_.average, problem_->module()) {}

void Run::advance(int step) {
  const FlushSubnormals flush;
  while (step_ < step && !diverged_) {
    train_step();
    if (!diverged_ && watched()) observer_->updated(step_, *problem_->model());
    if (diverged_ || step_ % task_.evaluate_every != 0) continue;
    const CurvePoint point = evaluate();
    if (!finite(point)) return diverge(not_finite(point));
    curve_.push_back(point);
    if (observer_ != nullptr) observer_->point(point);
    loss_sum_ = 0;
    loss_count_ = 0;
  }
}

void Run::train_step() {
  if (!optimiser_.holds_gradient()) draw();
  const double value = drawn_loss_;
  if (step_ == 0) first_loss_ = value;
  if (!std::isfinite(value) || value > task_.diverged * first_loss_)
    return diverge(fmt::format("training loss {:.4g} at step {}, the first was {:.4g}", value,
                               step_, first_loss_));
  if (watched()) observer_->gradients(step_, value, *problem_->model());
  optimiser_.update(step_, [this] { return draw(); });
  average_.update(step_);
  loss_sum_ += value;
  ++loss_count_;
  ++step_;
}

void Run::diverge(const std::string& reason) {
  diverged_ = true;
  reason_ = reason;
}

CurvePoint Run::evaluate() {
  const Quality current = problem_->quality(data_->validation());
  average_.exchange();
  const Quality averaged = problem_->quality(data_->validation());
  average_.exchange();
  return {.step = step_,
          .training_loss = loss_count_ > 0 ? loss_sum_ / loss_count_ : 0,
          .validation_loss = averaged.loss,
          .validation_accuracy = averaged.accuracy,
          .current_loss = current.loss};
}

ShiftPoint Run::measure_on(const std::string& name, const std::vector<Batch>& batches) {
  const FlushSubnormals flush;
  average_.exchange();
  const Quality quality = problem_->quality(batches);
  average_.exchange();
  return {name, quality.loss, quality.accuracy};
}

void Run::with_averaged(const std::function<void(Model&)>& look) {
  const FlushSubnormals flush;
  average_.exchange();
  look(*problem_->model());
  average_.exchange();
}

Measurement Run::measure() {
  const FlushSubnormals flush;
  Measurement result;
  result.curve = curve_;
  result.outcome = diverged_ ? Outcome::diverged : Outcome::ok;
  result.reason = reason_;
  if (!diverged_ && (curve_.empty() || curve_.back().step != step_)) {
    const CurvePoint point = evaluate();
    if (finite(point)) {
      result.curve.push_back(point);
    } else {
      result.outcome = Outcome::diverged;
      result.reason = not_finite(point);
    }
  }
  result.steps = step_;
  result.bytes_per_token = data_->bytes_per_token();
  result.figures = optimiser_.figures();
  for (Figure& figure : problem_->figures()) result.figures.push_back(std::move(figure));
  average_.exchange();
  for (const Shift& shift : data_->shifts()) {
    if (result.outcome != Outcome::ok) break;
    const Quality quality = problem_->quality(shift.batches);
    result.shifts.push_back({shift.name, quality.loss, quality.accuracy});
  }
  for (const auto& place : problem_->places()) {
    const Tensor theta = place->theta().detach().to(at::kDouble);
    result.theta.insert(result.theta.end(), theta.const_data_ptr<double>(),
                        theta.const_data_ptr<double>() + theta.numel());
  }
  average_.exchange();
  return result;
}

}  // namespace antigrad::trainer
