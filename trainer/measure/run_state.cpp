// Everything a run remembers between two steps, its parts in the order in which a checkpoint has
// them. What is not here is a function of the task, the data, the activation and the seed.
#include <ATen/Version.h>
#include <fmt/format.h>
#include <torch/version.h>

#include "trainer/measure/crc32c.hpp"
#include "trainer/measure/state.hpp"
#include "trainer/optimisers/gols.hpp"
#include "trainer/optimisers/over_the_air.hpp"
#include "trainer/run.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

std::uint32_t checksum(const Tensor& tensor, std::uint32_t before) {
  const Tensor plain = tensor.contiguous();
  return crc32c({static_cast<const char*>(plain.const_data_ptr()), plain.nbytes()}, before);
}

/// Files may change under a path: the first batch and the validation part stand for the data.
std::string fingerprint(const Dataset& data, std::uint64_t batch_key) {
  std::vector<Batch> batches = data.validation();
  batches.push_back(data.training(batch_key, 0));
  std::uint32_t sum = 0;
  for (const Batch& batch : batches) sum = checksum(batch.target, checksum(batch.input, sum));
  return fmt::format("{:08x}", sum);
}

/// The same sums are added in another order elsewhere.
std::string machine() {
  return fmt::format("libtorch {} with {}", TORCH_VERSION, at::get_cpu_capability());
}

void visit_point(State& state, CurvePoint& point) {
  state.number("step", point.step);
  state.number("training_loss", point.training_loss);
  state.number("validation_loss", point.validation_loss);
  state.number("validation_accuracy", point.validation_accuracy);
  state.number("current_loss", point.current_loss);
}

}  // namespace

void Interpolation::visit(State& state) {
  for (Tensor& anchor : anchor_) state.tensor("anchor", anchor);
  state.number("since_anchor", updates_);
}

void Gols::visit(State& state) {
  state.number("step_size", step_);
  state.number("probes", probes_);
  state.number("updates", updates_);
  if (updates_ == 0) return;
  for (Tensor& parameter : parameters_) state.tensor("gradient", parameter.mutable_grad());
}

void OverTheAir::visit(State& state) {
  for (Moments& one : all_) {
    state.tensor("mean", one.mean);
    state.tensor("power", one.power);
  }
}

void Optimiser::visit(State& state) {
  method_->visit(state);
  interpolation_.visit(state);
}

void AveragedWeights::visit(State& state) {
  for (Tensor& average : average_) state.tensor("average", average);
}

void Run::visit(State& state) {
  state.same("machine", compute_.device.is_cpu() ? machine() : machine() + " on a GPU");
  state.same("activation", activation_);
  state.same("task", task_.text);
  state.same("seed", fmt::format("{}", seed_));
  state.same("data set", fingerprint(*data_, batch_key_));
  trainer::visit(state, problem_->module());
  optimiser_.visit(state);
  average_.visit(state);
  state.number("step", step_);
  state.number("draws", draws_);
  state.number("drawn_loss", drawn_loss_);
  state.number("first_loss", first_loss_);
  state.number("loss_sum", loss_sum_);
  state.number("loss_count", loss_count_);
  state.number("diverged", diverged_);
  state.text("reason", reason_);
  auto points = static_cast<std::int64_t>(curve_.size());
  state.number("points", points);
  curve_.resize(static_cast<std::size_t>(points));
  for (CurvePoint& point : curve_) visit_point(state, point);
}

}  // namespace antigrad::trainer
