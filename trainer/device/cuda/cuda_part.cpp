// Calls of libtorch's CUDA half. Its symbols are found when this library is opened.
#include "trainer/device/cuda_part.hpp"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>

namespace antigrad::trainer {
namespace {

class TorchGraph final : public StepGraph {
 public:
  // Other threads of this process may train beside this one: their calls are none of the capture's.
  void begin() override { graph_.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal); }
  void end() override { graph_.capture_end(); }
  void replay() override { graph_.replay(); }

 private:
  at::cuda::CUDAGraph graph_;
};

StepGraph* make_graph() { return new TorchGraph; }

void limit_memory(double share, int gpu) {
  c10::cuda::CUDACachingAllocator::setMemoryFraction(share, static_cast<c10::DeviceIndex>(gpu));
}

}  // namespace
}  // namespace antigrad::trainer

extern "C" antigrad::trainer::CudaPart* antigrad_cuda_part() {
  static antigrad::trainer::CudaPart part{antigrad::trainer::make_graph,
                                          antigrad::trainer::limit_memory};
  return &part;
}
