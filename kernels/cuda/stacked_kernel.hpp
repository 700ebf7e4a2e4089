// K activations, each on its own slice of a tensor, in one launch: what candidates that train as
// one network need. The text has a function a candidate and a kernel that chooses by block.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/cuda/driver.hpp"
#include "kernels/cuda/plan.hpp"

namespace antigrad::kernels {

/// Element i of a tensor of rows x K x inner elements is of slice i / inner % K. [K, n]: rows = 1,
/// inner = n. [n, K c, h, w]: rows = n, inner = c h w; channels_last: rows = n h w, inner = c.
struct SliceLayout {
  long long rows = 1, inner = 0;
};

/// The text of "forward" and "backward" for these activations and of "reduce". A block works on one
/// slice: blocks are K times as many as lanes. Throws space::Error for float64.
std::string stacked_cuda_source(std::span<const space::Activation> activations, Type type);

/// Launches as DeviceKernel does. Parameters of all activations stand side by side in theta and in
/// the sums, in the activations' order, float32.
class StackedKernel {
 public:
  /// Throws space::Error without NVRTC, driver or GPU, with the way out.
  StackedKernel(std::span<const space::Activation> activations, Type type,
                const CudaDevice& device = CudaDevice());

  std::size_t workspace_bytes(Pass pass, const SliceLayout& layout) const;
  /// forward: x -> y; backward: x, gy -> gx, sums. Throws space::Error when the driver refuses it.
  void run(Pass pass, const SliceLayout& layout, const CudaBuffers& buffers, void* stream) const;
  int parameters() const { return parameters_; }

 private:
  long long lanes(const SliceLayout& layout) const;  // blocks of a slice

  CudaDevice device_;
  int count_, parameters_;
  long long group_;  // elements of one load
  CudaModule module_;
  void *forward_ = nullptr, *backward_ = nullptr, *reduce_ = nullptr;
};

}  // namespace antigrad::kernels
