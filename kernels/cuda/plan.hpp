// How a kernel of source.hpp is launched: sizes, blocks, workspace, arguments in their order. Knows
// no driver, so that a processor can run the same launches.
#pragma once
#include <cstddef>
#include <functional>
#include <span>

#include "kernels/cuda/extent.hpp"
#include "kernels/cuda/source.hpp"

namespace antigrad::kernels {

/// n elements; element i is of channel i / inner % channels. NCHW: inner = H W; channels_last:
/// inner = 1. channels = 1 where all elements share the parameters.
struct Layout {
  long long n = 0;
  long long channels = 1, inner = 1;
};

/// What does not change from call to call.
struct KernelShape {
  Pass pass = Pass::forward;
  Type type = Type::f32;
  Sharing sharing = Sharing::layer;
  int parameters = 0;  // of the activation
  int sums = 0;        // parameter gradients
};
KernelShape shape_of(const space::Activation& activation, Pass pass, const CudaOptions& options);

/// The sizes of one call. Sums depend on them and not on `blocks`.
struct Plan {
  Extent extent{};
  unsigned blocks = 0;  // 0: nothing to launch
  // The second stage.
  long long rows = 0, width = 0, each = 0, strip = 1;
  unsigned reduce_blocks = 0;
  std::size_t workspace = 0;  // floats
};
/// `processors` of the GPU bound the number of blocks. Throws space::Error for a layout that does
/// not fit the tensor or the sharing.
Plan plan_of(const KernelShape& shape, const Layout& layout, int processors);

/// One call's memory, on the device. Parameters and their gradients are float32: [parameter] or
/// [parameter][channel].
struct CudaBuffers {
  std::span<const void* const> in;  // as inputs_of(pass) says; any alignment
  std::span<void* const> out;       // an output may be an input
  const float* theta = nullptr;
  const float* ggtheta = nullptr;  // double backward
  float* sums = nullptr;           // written: gtheta, or dtheta of double backward
  float* workspace = nullptr;      // Plan::workspace floats
};

/// Launches the named kernel ("backward", "reduce") with blocks of kThreads.
using Launch = std::function<void(const char* kernel, unsigned blocks, void** arguments)>;
void run_pass(const KernelShape& shape, const Plan& plan, const CudaBuffers& buffers,
              const Launch& launch);

}  // namespace antigrad::kernels
