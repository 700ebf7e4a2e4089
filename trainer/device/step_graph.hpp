// A training step as one launch: a few steps are computed as always, one is captured, and from then
// on the capture is replayed on the batch of the moment.
#pragma once
#include <functional>
#include <memory>
#include <vector>

#include "trainer/dataset.hpp"
#include "trainer/device/cuda_part.hpp"

namespace antigrad::trainer {

/// Batches must keep their sizes. A graph keeps addresses, and numbers of the processor, as they
/// were when it was captured: what changes from step to step must lie on the device (DeviceNumber).
class GraphedStep {
 public:
  using Step = std::function<at::Tensor(const Batch&)>;
  /// step: on a batch that is on the GPU, its losses there; it must not wait for the GPU. clear:
  /// takes the gradients away. weights: what step works on; where one of them has come to lie
  /// elsewhere, the step is captured anew. make: an empty graph.
  GraphedStep(Step step, std::function<void()> clear, std::vector<at::Tensor> weights,
              std::function<StepGraph*()> make);
  /// The losses of the batch; its gradients are in the parameters.
  at::Tensor run(const Batch& batch);

 private:
  static constexpr int kWarmUp = 3;  // libraries choose their algorithms and take their memory

  void capture(const Batch& batch);
  std::vector<const void*> addresses() const;

  Step step_;
  std::function<void()> clear_;
  std::vector<at::Tensor> weights_;
  std::function<StepGraph*()> make_;
  std::unique_ptr<StepGraph> graph_;
  std::vector<const void*> captured_;  // where the weights lay
  Batch held_;                         // what the graph reads
  at::Tensor losses_;                  // what it writes
  int steps_ = 0;
};

}  // namespace antigrad::trainer
