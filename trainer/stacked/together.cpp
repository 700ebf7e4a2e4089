// The joint pass leaves each run its gradients; what follows of a step is the run's own.
#include "trainer/stacked/together.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "trainer/device/step_graph.hpp"
#include "trainer/stacked/stacked_model.hpp"
#include "trainer/supervised.hpp"
#include "trainer/surroundings.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

constexpr double kEqual = 1e-4;

bool all_diverged(std::span<Run* const> runs) {
  for (const Run* const run : runs)
    if (!run->diverged()) return false;
  return true;
}

/// Mean loss of each candidate, [K], of logits [K, .., classes].
Tensor losses_of(const Tensor& logits, const Tensor& target, double smoothing) {
  std::vector<Tensor> losses;
  for (std::int64_t k = 0; k < logits.size(0); ++k)
    losses.push_back(cross_entropy(logits[k], target, smoothing));
  return at::stack(losses);
}

/// Forward and backward passes of all; where every run's step is one graph, the graph of all.
class JointPass {
 public:
  JointPass(std::span<Run* const> runs, const Task& task, const Dataset& data)
      : runs_(runs),
        whole_(std::ranges::all_of(runs, [](const Run* run) { return run->whole(); })),
        compute_(runs.front()->compute()),
        data_(data),
        batch_key_(runs.front()->batch_key()),
        smoothing_(task.label_smoothing),
        stacked_(task.model, models_of(runs)) {
    if (compute_.graphs != nullptr)
      graphed_ = std::make_unique<GraphedStep>(
          [this](const Batch& batch) { return whole_ ? whole_step(batch) : pass(batch); },
          [this] { stacked_.clear_gradients(); }, weights(), compute_.graphs);
  }

  /// Whether the runs have moved when differentiate() returns.
  bool whole() const { return whole_; }

  /// Leaves the gradients of a batch with the runs; the losses.
  std::vector<double> differentiate(int draw) {
    const Surroundings own(compute_);
    const Batch given = data_.training(batch_key_, draw),
                batch{given.input.to(compute_.device), given.target.to(compute_.device)};
    if (!graphed_) stacked_.clear_gradients();
    if (whole_)
      for (Run* const run : runs_) run->prepare();
    const Tensor losses = graphed_ ? graphed_->run(batch) : pass(batch).detach();
    if (!whole_) stacked_.share_gradients();
    const Tensor all = losses.cpu().to(at::kDouble);
    return {all.const_data_ptr<double>(), all.const_data_ptr<double>() + all.numel()};
  }

 private:
  static std::vector<std::shared_ptr<Model>> models_of(std::span<Run* const> runs) {
    std::vector<std::shared_ptr<Model>> models;
    for (Run* const run : runs) models.push_back(run->shared_model());
    return models;
  }

  Tensor pass(const Batch& batch) {
    const Tensor losses = losses_of(stacked_.forward(batch.input), batch.target, smoothing_);
    losses.sum().backward();
    return losses;
  }

  Tensor whole_step(const Batch& batch) {
    const Tensor losses = pass(batch).detach();
    stacked_.share_gradients();
    for (std::size_t k = 0; k < runs_.size(); ++k)
      runs_[k]->move(losses[static_cast<std::int64_t>(k)]);
    return losses;
  }

  std::vector<Tensor> weights() const {
    std::vector<Tensor> all;
    for (const auto& model : stacked_.models()) {
      for (const Tensor& parameter : model->parameters()) all.push_back(parameter);
      for (const Tensor& buffer : model->buffers()) all.push_back(buffer);
    }
    return all;
  }

  std::span<Run* const> runs_;
  bool whole_;
  const Compute& compute_;
  const Dataset& data_;
  std::uint64_t batch_key_;
  double smoothing_;
  StackedModel stacked_;
  std::unique_ptr<GraphedStep> graphed_;
};

}  // namespace

Losses advance_together(std::span<Run* const> runs, const Task& task, const Dataset& data,
                        int step) {
  JointPass pass(runs, task, data);
  Losses all(runs.size());
  int draw = runs.front()->draws();
  for (int at = runs.front()->step(); at < step && !all_diverged(runs); ++at, ++draw) {
    const std::vector<double> losses = pass.differentiate(draw);
    for (std::size_t k = 0; k < runs.size(); ++k) {
      const bool over = runs[k]->diverged();
      all[k].push_back(over ? std::numeric_limits<double>::quiet_NaN() : losses[k]);
      if (!over) runs[k]->take(losses[k], pass.whole());
    }
  }
  return all;
}

std::vector<double> advance_alone(Run& run, int step) {
  std::vector<double> losses;
  while (run.step() < step && !run.diverged()) {
    run.advance(run.step() + 1);
    losses.push_back(run.last_loss());
  }
  return losses;
}

bool equal_losses(const std::vector<double>& a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i]))
      return std::isfinite(a[i]) == std::isfinite(b[i]);
    if (std::abs(a[i] - b[i]) > kEqual) return false;
  }
  return true;
}

}  // namespace antigrad::trainer
