// Gradients that the capture made are the parameters' from then on: a replay writes them anew, so
// nothing may take them away.
#include "trainer/device/step_graph.hpp"

#include <fmt/format.h>

#include <utility>

#include "space/error.hpp"

namespace antigrad::trainer {

GraphedStep::GraphedStep(Step step, std::function<void()> clear, std::vector<at::Tensor> weights,
                         std::function<StepGraph*()> make)
    : step_(std::move(step)),
      clear_(std::move(clear)),
      weights_(std::move(weights)),
      make_(std::move(make)) {}

at::Tensor GraphedStep::run(const Batch& batch) {
  if (steps_ < kWarmUp) {
    ++steps_;
    clear_();
    return step_(batch).detach();
  }
  if (graph_ && batch.input.sizes() != held_.input.sizes())
    throw space::Error(fmt::format(
        "a batch of {} examples, the CUDA graph of the step was captured with {}; expected the "
        "same: leave out `graphs`",
        batch.input.size(0), held_.input.size(0)));
  if (!graph_ || captured_ != addresses()) capture(batch);
  held_.input.copy_(batch.input);
  held_.target.copy_(batch.target);
  graph_->replay();
  return losses_;
}

/// What is captured is not computed.
void GraphedStep::capture(const Batch& batch) {
  held_ = {batch.input.clone(), batch.target.clone()};
  clear_();
  graph_.reset(make_());
  graph_->begin();
  losses_ = step_(held_).detach();
  graph_->end();
  captured_ = addresses();
}

std::vector<const void*> GraphedStep::addresses() const {
  std::vector<const void*> all;
  for (const at::Tensor& weight : weights_) all.push_back(weight.const_data_ptr());
  return all;
}

}  // namespace antigrad::trainer
