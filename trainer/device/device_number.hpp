// A number that changes from step to step, where a CUDA graph that was captured once can read it.
#pragma once
#include <limits>

#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// A float32 in a device's memory, at one address as long as it lives.
class DeviceNumber {
 public:
  explicit DeviceNumber(const at::Device& device)
      : tensor_(at::empty({}, at::TensorOptions(device).dtype(at::kFloat))) {}
  /// Rounded to float32, in its turn on this thread's stream; nothing where it is that already.
  void set(double value) {
    if (value == value_) return;
    tensor_.fill_(value);
    value_ = value;
  }
  /// Of no dimension.
  const at::Tensor& tensor() const { return tensor_; }

 private:
  at::Tensor tensor_;
  double value_ = std::numeric_limits<double>::quiet_NaN();  // what was written last
};

}  // namespace antigrad::trainer
