// An activation's code on tensors, on the processor or a GPU: what autograd is built on
// (trainer/activation_module.hpp).
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>

#include "kernels/kernel.hpp"
#include "space/activation.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// Elementwise, in the type and on the device of x, which may be of any shape; results have x's
/// sizes and, where x is dense, its strides. theta [number of parameters], of the device of x,
/// inside the domains. Const methods may be called from several threads.
class ActivationKernel {
 public:
  virtual ~ActivationKernel() = default;
  /// Throws c10::Error for another type or device than this kernel's.
  virtual void check(const at::Tensor& x) const = 0;
  virtual at::Tensor forward(const at::Tensor& x, const at::Tensor& theta) const = 0;
  /// (gx, gtheta).
  virtual std::pair<at::Tensor, at::Tensor> backward(const at::Tensor& x, const at::Tensor& theta,
                                                     const at::Tensor& gy) const = 0;
  /// Of backward, for cotangents of gx and gtheta: (dx, dtheta, dgy).
  virtual std::tuple<at::Tensor, at::Tensor, at::Tensor> double_backward(
      const at::Tensor& x, const at::Tensor& theta, const at::Tensor& gy, const at::Tensor& ggx,
      const at::Tensor& ggtheta) const = 0;
};
using ActivationKernelPointer = std::shared_ptr<const ActivationKernel>;

/// On CPU tensors of the kernel's type.
ActivationKernelPointer on_processor(std::shared_ptr<const kernels::Kernel> kernel);

/// On tensors of a GPU, float32, bfloat16 or float16, parameters in float32; compiled now. Throws
/// space::Error without NVRTC, driver or GPU.
ActivationKernelPointer on_gpu(const space::Activation& activation, kernels::Type type, int gpu);

/// The kernels of one activation in all types and on all devices that tensors come in, each made
/// when the first such tensor comes. Thread-safe.
class KernelShelf {
 public:
  /// Throws c10::Error for a type that there are no kernels of.
  ActivationKernelPointer find(const space::Activation& activation, const at::Tensor& x);

 private:
  std::mutex mutex_;
  using Key = std::tuple<at::ScalarType, c10::DeviceType, c10::DeviceIndex>;
  std::map<Key, ActivationKernelPointer> known_;
};

/// None: libtorch has types that kernels have not.
std::optional<kernels::Type> kernel_type(at::ScalarType type);
at::ScalarType scalar_type(kernels::Type type);

}  // namespace antigrad::trainer
