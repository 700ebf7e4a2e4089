// An activation's kernels as CUDA C++ text without headers: what NVRTC compiles, what is exported,
// and, with stand-ins for CUDA's own words, ordinary C++. A pure function of its arguments, so that
// the text is a cache's key; it holds only what the activation uses. Parameters are arguments.
//
// Legend: element.hpp's for the function of one element; x, gy, ... are buffers and xs, gys, ... a
// thread's group of their elements (16 bytes); at: where the group starts; partial[k][lane]: first
// stage of sum k (summed by reduce, the second), partial[k][lane][plane or groups of it] with
// parameters by channel; e: sizes (Extent in device.cuh).
#pragma once
#include <span>
#include <string>

#include "kernels/cancellation.hpp"
#include "kernels/cuda/element.hpp"
#include "kernels/kernel.hpp"
#include "kernels/program.hpp"
#include "space/activation.hpp"

namespace antigrad::kernels {

/// What a kernel computes. Each is a program of kernels/program.hpp and has its buffers in order.
enum class Pass { forward, backward, double_backward, gated_forward, gated_backward };

/// Who shares a value of each parameter: all elements, or those of a channel.
enum class Sharing { layer, channel };

struct CudaOptions {
  Type type = Type::f32;  // f32, bf16 or f16: of all buffers; parameters are float32
  Sharing sharing = Sharing::layer;
  std::string prefix{};  // of the kernels' names, "" for "forward", "backward", "reduce" ...
  bool reduce = true;    // with the second stage of sums, where a pass has sums
  Thetas thetas{};       // for which limits are proved; none: the starts
  double tolerance = kKernelTolerance;  // of f32: beyond it float64 on the way (cancellation.hpp)
};

/// How a program is computed for elements of buffers of a type.
Arithmetic arithmetic_of(Type type, const Program& program);

/// The text of these passes' kernels and of `reduce`. Throws space::Error for float64.
std::string cuda_source(const space::Activation& activation, std::span<const Pass> passes,
                        const CudaOptions& options = {});

/// The second stage of sums alone: the same for every activation.
std::string cuda_reduce_source();

/// What kernels of an activation compute in: float64 for f32 where terms cancel.
Precision precision_of(const space::Activation& activation, const CudaOptions& options);

/// The part of device.cuh for buffers of a type. Throws space::Error for float64.
const char* type_part(Type type);
const char* to_string(Pass pass);  // "forward", ...
Program program_of(const space::Activation& activation, Pass pass, const Thetas& thetas = {},
                   Precision precision = Precision::f32);
/// Names of the buffers: {"x", "gy"} and {"gx"} for backward.
std::span<const char* const> inputs_of(Pass pass);
std::span<const char* const> outputs_of(Pass pass);

}  // namespace antigrad::kernels
