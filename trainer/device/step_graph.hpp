// A step's forward and backward pass as one launch: a few steps are computed as always, one is
// captured, and from then on the capture is replayed on the batch of the moment.
#pragma once
#include <functional>
#include <memory>

#include "trainer/dataset.hpp"
#include "trainer/device/cuda_part.hpp"

namespace antigrad::trainer {

/// Batches must keep their sizes. The update of the weights stays outside: its rates change.
class GraphedStep {
 public:
  /// gradient: leaves the gradients of a batch, which is on the GPU, and gives its losses there;
  /// clear: takes the gradients away; make: a graph, libtorch's where it is not named.
  GraphedStep(std::function<at::Tensor(const Batch&)> gradient, std::function<void()> clear,
              std::function<std::unique_ptr<StepGraph>()> make = {});
  /// The losses of the batch; its gradients are in the parameters.
  at::Tensor run(const Batch& batch);

 private:
  static constexpr int kWarmUp = 3;  // libraries choose their algorithms and take their memory

  void capture(const Batch& batch);

  std::function<at::Tensor(const Batch&)> gradient_;
  std::function<void()> clear_;
  std::function<std::unique_ptr<StepGraph>()> make_;
  std::unique_ptr<StepGraph> graph_;
  Batch held_;         // what the graph reads
  at::Tensor losses_;  // what it writes
  int steps_ = 0;
};

}  // namespace antigrad::trainer
