// The clock is read here, never by a run.
#include "trainer/measure/recorder.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <iterator>
#include <utility>

#include "space/error.hpp"
#include "trainer/measure/peak_memory.hpp"

namespace antigrad::trainer {
namespace {

void append(Named& all, Named more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

double seconds_since_1970() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(now).count();
}

}  // namespace

Recorder::Recorder(const MeasureSpec& spec, const Task& task, std::shared_ptr<const Dataset> data,
                   const std::string& path, int step)
    : spec_(spec),
      data_(std::move(data)),
      every_(spec.every == MeasureSpec::kEpoch ? data_->steps_of_epoch() : spec.every),
      examples_a_step_(task.batch),
      speed_("speed/images_a_second") {
  if (task.problem.uses_data() && !task.data.images()) {
    examples_a_step_ *= task.model.context;
    speed_ = "speed/tokens_a_second";
  }
  try {
    file_ = std::make_unique<EventFile>(path, step);
  } catch (const space::Error& error) {
    fmt::print(stderr, "{}\n", error.what());
  }
  go_on(step);
}

void Recorder::go_on(int step) {
  since_ = Clock::now();
  since_step_ = step;
}

void Recorder::gradients(int step, double loss, Problem& problem) {
  if (!file_ || !due(step + 1)) return;
  const Clock::time_point begin = Clock::now();
  of_gradients_ = {{"training/loss", loss}};
  if (spec_.gradients) append(of_gradients_, gradient_norms(problem.module()));
  since_ += Clock::now() - begin;
}

void Recorder::updated(int steps, Problem& problem) {
  if (!file_ || !due(steps)) return;
  const double seconds =
      std::chrono::duration<double>(Clock::now() - since_).count() / (steps - since_step_);
  Named values = std::exchange(of_gradients_, {});
  append(values, {{"speed/seconds_a_step", seconds},
                  {speed_, examples_a_step_ / seconds},
                  {"memory/peak_mebibytes", peak_mebibytes()}});
  if (spec_.theta) append(values, theta_of(problem.module()));
  if (spec_.activations || spec_.sparsity)
    append(values, measured(spec_, problem, data_->validation()));
  write(steps, std::move(values));
  go_on(steps);
}

void Recorder::point(const CurvePoint& point) {
  Named values = {{"training/mean_loss", point.training_loss},
                  {"validation/loss", point.validation_loss},
                  {"validation/accuracy", point.validation_accuracy},
                  {"validation/current_loss", point.current_loss}};
  const double bytes = data_->bytes_per_token();
  if (bytes != 0) values.emplace_back("validation/perplexity", perplexity(point.validation_loss));
  if (bytes > 0)
    values.emplace_back("validation/bits_per_byte", bits_per_byte(point.validation_loss, bytes));
  write(point.step, std::move(values));
}

void Recorder::finished(const Measurement& measurement) {
  Named values;
  for (const ShiftPoint& shift : measurement.shifts) {
    values.emplace_back("shift/" + shift.name + "/loss", shift.loss);
    values.emplace_back("shift/" + shift.name + "/accuracy", shift.accuracy);
  }
  for (const Figure& figure : measurement.figures)
    values.emplace_back("figure/" + figure.name, figure.value);
  if (!values.empty()) write(measurement.steps, std::move(values));
}

void Recorder::write(int step, Named values) {
  if (!file_) return;
  try {
    file_->add({seconds_since_1970(), step, std::move(values)});
  } catch (const space::Error& error) {
    fmt::print(stderr, "{}; nothing more is measured of this run\n", error.what());
    file_.reset();
  }
}

}  // namespace antigrad::trainer
