// One activation on a GPU: compiled for it when made, then launched on device memory in a stream.
#pragma once
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "kernels/cuda/driver.hpp"
#include "kernels/cuda/plan.hpp"

namespace antigrad::kernels {

/// Machine code of a text, from the cache where it is there; contract: as Nvrtc::compile has it.
/// Throws space::Error without NVRTC.
std::string compiled_cuda(const std::string& text, const std::string& architecture, bool contract);

/// Launches return before the GPU is done, and may be captured into a CUDA graph (make the kernel
/// before). Sums are the same bits in every call with the same sizes. Const methods may be called
/// from several threads at once, each with a stream and a workspace of its own. Every call throws
/// space::Error when the driver refuses it.
class DeviceKernel {
 public:
  /// Throws space::Error without NVRTC, driver or GPU, with the way out.
  DeviceKernel(const space::Activation& activation, std::span<const Pass> passes,
               const CudaOptions& options = {}, const CudaDevice& device = CudaDevice());

  /// Bytes that a pass needs as workspace for this layout; 0 where nothing is summed.
  std::size_t workspace_bytes(Pass pass, const Layout& layout) const;

  /// One pass. stream: a cudaStream_t, null for the default stream. Throws std::logic_error for a
  /// pass that was not asked for when the kernel was made.
  void run(Pass pass, const Layout& layout, const CudaBuffers& buffers, void* stream) const;

  const CudaDevice& device() const { return device_; }

 private:
  struct Compiled {
    KernelShape shape;
    void* function = nullptr;
  };
  const Compiled& compiled(Pass pass) const;

  CudaDevice device_;
  CudaModule module_;
  std::unique_ptr<CudaModule> reduce_module_;  // where a pass has sums
  void* reduce_ = nullptr;
  std::map<Pass, Compiled> passes_;
};

}  // namespace antigrad::kernels
