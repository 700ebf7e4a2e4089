// The training loop. Nothing here reads a clock, a global random number or the test part.
#include "trainer/run.hpp"

#include <ATen/Context.h>
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "space/random.hpp"

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

std::uint64_t key_of(const Task& task, std::uint64_t seed, std::string_view use) {
  return space::child_seed(space::child_seed(seed, task.name), use);
}

/// Mean cross-entropy of logits [.., classes] and targets [..].
Tensor cross_entropy(const Tensor& logits, const Tensor& target, double smoothing) {
  return at::cross_entropy_loss(logits.reshape({-1, logits.size(-1)}), target.reshape({-1}), {},
                                at::Reduction::Mean, kNotAsked, smoothing);
}

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
      batch_key_(key_of(task_, seed, "batches")),
      model_(make_model(task_.model, data_->input(), activation, key_of(task_, seed, "weights"))),
      optimiser_(task_, *model_),
      average_(task_.average, *model_) {}

void Run::advance(int step) {
  const FlushSubnormals flush;
  while (step_ < step && !diverged_) {
    train_step();
    if (!diverged_ && observer_ != nullptr) observer_->updated(step_, *model_);
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
  model_->train();
  const Batch batch = data_->training(batch_key_, step_);
  const Tensor loss =
      cross_entropy(model_->forward(batch.input), batch.target, task_.label_smoothing);
  const double value = loss.item<double>();
  if (step_ == 0) first_loss_ = value;
  if (!std::isfinite(value) || value > task_.diverged * first_loss_)
    return diverge(fmt::format("training loss {:.4g} at step {}, the first was {:.4g}", value,
                               step_, first_loss_));
  optimiser_.clear_gradients();
  loss.backward();
  if (observer_ != nullptr) observer_->gradients(step_, value, *model_);
  optimiser_.update(step_);
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
  const Quality current = validate(data_->validation());
  average_.exchange();
  const Quality averaged = validate(data_->validation());
  average_.exchange();
  return {.step = step_,
          .training_loss = loss_count_ > 0 ? loss_sum_ / loss_count_ : 0,
          .validation_loss = averaged.loss,
          .validation_accuracy = averaged.accuracy,
          .current_loss = current.loss};
}

Run::Quality Run::validate(const std::vector<Batch>& batches) {
  const at::NoGradGuard no_grad;
  model_->eval();
  Quality sum;
  double count = 0;
  for (const Batch& batch : batches) {
    const Tensor logits = model_->forward(batch.input);
    const auto size = batch.target.ge(0).sum().item<double>();  // others are not asked for
    sum.loss += size * cross_entropy(logits, batch.target, 0).item<double>();
    sum.accuracy += logits.argmax(-1).eq(batch.target).sum().item<double>();
    count += size;
  }
  return {sum.loss / count, sum.accuracy / count};
}

ShiftPoint Run::measure_on(const std::string& name, const std::vector<Batch>& batches) {
  const FlushSubnormals flush;
  average_.exchange();
  const Quality quality = validate(batches);
  average_.exchange();
  return {name, quality.loss, quality.accuracy};
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
  average_.exchange();
  for (const Shift& shift : data_->shifts()) {
    if (result.outcome != Outcome::ok) break;
    const Quality quality = validate(shift.batches);
    result.shifts.push_back({shift.name, quality.loss, quality.accuracy});
  }
  for (const auto& place : model_->places()) {
    const Tensor theta = place->theta().detach().to(at::kDouble);
    result.theta.insert(result.theta.end(), theta.const_data_ptr<double>(),
                        theta.const_data_ptr<double>() + theta.numel());
  }
  average_.exchange();
  return result;
}

}  // namespace antigrad::trainer
