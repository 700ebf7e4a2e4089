// The training loop. Nothing here reads a clock, a global random number or the test part.
#include "trainer/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "trainer/surroundings.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

bool finite(const CurvePoint& point) {
  return std::isfinite(point.validation_loss) && std::isfinite(point.current_loss);
}

std::string not_finite(const CurvePoint& point) {
  return fmt::format("validation loss {} (averaged weights {}) at step {}", point.current_loss,
                     point.validation_loss, point.step);
}

constexpr float kNoLimit = std::numeric_limits<float>::max();

/// The largest float32 that is not above x: a float32 is above both or neither.
double rounded_down(double x) {
  const auto near = static_cast<float>(std::min(x, double{kNoLimit}));
  return near > x ? std::nextafter(near, -kNoLimit) : near;
}

}  // namespace

Run::Run(Task task, std::shared_ptr<const Dataset> data, const SharedActivation& activation,
         std::uint64_t seed, const Compute& compute)
    : task_(std::move(task)),
      data_(std::move(data)),
      activation_(activation->activation.text),
      seed_(seed),
      batch_key_(run_key(task_, seed, "batches")),
      compute_(compute_of(task_, compute)),
      problem_(make_problem(task_, data_, activation, seed, compute_)),
      optimiser_(task_, problem_->module()),
      average_(task_.average, problem_->module()),
      limit_(compute_.device) {
  observe(nullptr);
}

void Run::observe(Observer* observer) {
  observer_ = observer;
  const bool whole = observer == nullptr && optimiser_.capturable();
  std::function<void(const Tensor&)> rest;
  if (whole) rest = [this](const Tensor& loss) { move(loss); };
  whole_ = problem_->follow(std::move(rest)) && whole;
}

void Run::advance(int step) {
  const Surroundings own(compute_);
  while (step_ < step && !diverged_) {
    if (!optimiser_.holds_gradient()) draw();
    finish_step(whole_);
  }
}

double Run::draw() {
  if (whole_) prepare();
  return drawn_loss_ = problem_->differentiate(draws_++);
}

void Run::prepare() {
  optimiser_.prepare(step_);
  average_.prepare(step_);
  if (diverged_) return limit_.set(-std::numeric_limits<double>::infinity());
  limit_.set(rounded_down(step_ == 0 ? kNoLimit : task_.diverged * first_loss_));
}

void Run::move(const Tensor& loss) {
  const at::NoGradGuard no_grad;
  const Tensor skip = loss.le(limit_.tensor()).logical_not().to(at::kFloat);
  optimiser_.move(skip);
  average_.move(skip);
}

void Run::take(double loss, bool moved) {
  const Surroundings own(compute_);
  drawn_loss_ = loss;
  ++draws_;
  finish_step(moved);
}

void Run::finish_step(bool moved) {
  train_step(moved);
  if (!diverged_ && observer_ != nullptr) observer_->updated(step_, *problem_);
  if (diverged_ || step_ % task_.evaluate_every != 0) return;
  const CurvePoint point = evaluate();
  if (!finite(point)) return diverge(not_finite(point));
  curve_.push_back(point);
  if (observer_ != nullptr) observer_->point(point);
  loss_sum_ = 0;
  loss_count_ = 0;
}

void Run::train_step(bool moved) {
  const double value = drawn_loss_;
  if (step_ == 0) first_loss_ = value;
  if (!std::isfinite(value) || value > task_.diverged * first_loss_)
    return diverge(fmt::format("training loss {:.4g} at step {}, the first was {:.4g}", value,
                               step_, first_loss_));
  if (observer_ != nullptr) observer_->gradients(step_, value, *problem_);
  if (!moved) {
    optimiser_.update(step_, [this] { return draw(); });
    average_.update(step_);
  }
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
  const Surroundings own(compute_);
  average_.exchange();
  const Quality quality = problem_->quality(batches);
  average_.exchange();
  return {name, quality.loss, quality.accuracy};
}

void Run::with_averaged(const std::function<void(Problem&)>& look) {
  const Surroundings own(compute_);
  average_.exchange();
  look(*problem_);
  average_.exchange();
}

Measurement Run::measure() {
  const Surroundings own(compute_);
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
    const Tensor theta = place->theta().detach().cpu().to(at::kDouble);
    result.theta.insert(result.theta.end(), theta.const_data_ptr<double>(),
                        theta.const_data_ptr<double>() + theta.numel());
  }
  average_.exchange();
  return result;
}

}  // namespace antigrad::trainer
