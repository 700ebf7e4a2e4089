// Gradients that the capture made are the parameters' from then on: a replay writes them anew, so
// nothing may take them away.
#include "trainer/device/step_graph.hpp"

#include <fmt/format.h>

#include "space/error.hpp"

namespace antigrad::trainer {

GraphedStep::GraphedStep(std::function<at::Tensor(const Batch&)> gradient,
                         std::function<void()> clear,
                         std::function<std::unique_ptr<StepGraph>()> make)
    : gradient_(std::move(gradient)), clear_(std::move(clear)), make_(std::move(make)) {
  if (!make_) make_ = [] { return std::unique_ptr<StepGraph>(cuda_part().make_graph()); };
}

at::Tensor GraphedStep::run(const Batch& batch) {
  if (steps_ < kWarmUp) {
    ++steps_;
    clear_();
    return gradient_(batch).detach();
  }
  if (!graph_)
    capture(batch);
  else if (batch.input.sizes() != held_.input.sizes())
    throw space::Error(fmt::format(
        "a batch of {} examples, the CUDA graph of the step was captured with {}; expected the "
        "same: leave out `graphs`",
        batch.input.size(0), held_.input.size(0)));
  held_.input.copy_(batch.input);
  held_.target.copy_(batch.target);
  graph_->replay();
  return losses_;
}

/// What is captured is not computed.
void GraphedStep::capture(const Batch& batch) {
  held_ = {batch.input.clone(), batch.target.clone()};
  clear_();
  graph_ = make_();
  graph_->begin();
  losses_ = gradient_(held_).detach();
  graph_->end();
}

}  // namespace antigrad::trainer
