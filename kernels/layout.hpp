// Kernels over buffers of any layout: up to eight dimensions with strides. Dimensions that follow
// each other in all buffers become one, so that contiguous tensors, channels_last and every other
// dense order that the buffers share are one flat call; other layouts go through blocks of
// contiguous memory. The caller may lend threads (kernels/tasks.hpp).
#pragma once
#include <cstdint>
#include <span>

#include "kernels/kernel.hpp"
#include "kernels/tasks.hpp"

namespace antigrad::kernels {

inline constexpr int kMostDimensions = 8;

/// Where the element (0, ..., 0) lies, and how many elements further the next one of a dimension
/// is: one stride a dimension, which may be 0 or negative. data may have any alignment.
struct Input {
  const void* data = nullptr;
  std::span<const std::int64_t> strides;
};

/// As Input, but no two elements at the same place. An output may be an input of the same strides.
struct Output {
  void* data = nullptr;
  std::span<const std::int64_t> strides;
};

/// What every call needs besides its buffers. sizes: elements of each dimension; none of them means
/// one element.
struct Launch {
  const Kernel& kernel;
  std::span<const std::int64_t> sizes;
  std::span<const double> theta;
  Executor executor = {};
};

/// As the functions of Kernel, element by element of the sizes. Elements count in the order of the
/// first output's memory, which is the order that sums over parameters have: they are bit-equal for
/// any executor. Throws std::logic_error for more dimensions, a negative size, strides of another
/// number of dimensions, and a stride of 0 in an output.
void forward(const Launch& launch, Input x, Output y);
void backward(const Launch& launch, Input x, Input gy, Output gx, std::span<double> gtheta);
void double_backward(const Launch& launch, Input x, Input gy, Input ggx, Output dgy, Output dx,
                     std::span<const double> ggtheta, std::span<double> dtheta);

}  // namespace antigrad::kernels
