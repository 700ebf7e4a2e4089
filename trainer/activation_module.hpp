// An activation as a module of a network: a compiled kernel in libtorch's autograd, to second
// order, with the activation's parameters as trainable scalars.
#pragma once
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "kernels/kernel.hpp"
#include "space/activation.hpp"
#include "trainer/activation_kernel.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

/// y = f(x; theta), elementwise, for a CPU tensor x of any shape and strides and of the kernel's
/// type (float, double, bfloat16, half), without a copy of x; y keeps x's memory format
/// (contiguous, channels_last, any dense order). theta: [number of parameters of the activation],
/// inside the domains, not raw. Differentiable twice in x and theta; third derivatives are an
/// error. Saves x and theta, nothing else. Throws c10::Error for another type or device.
at::Tensor apply_activation(const std::shared_ptr<const kernels::Kernel>& kernel,
                            const at::Tensor& x, const at::Tensor& theta);

/// The same on any device, with a kernel for the type and the device of x.
at::Tensor apply_activation(const ActivationKernelPointer& kernel, const at::Tensor& x,
                            const at::Tensor& theta);

/// What every place of a network shares: the activation and its code.
struct CompiledActivation {
  space::Activation activation;
  std::shared_ptr<const kernels::Kernel> kernel;
  // Of other types and devices than `kernel`'s.
  std::shared_ptr<KernelShelf> shelf = std::make_shared<KernelShelf>();
};

std::shared_ptr<const CompiledActivation> compile(space::Activation activation,
                                                  const kernels::Target& target = {});

/// One place of a network: f(x; theta) with parameters of its own. Every parameter of the
/// activation is a registered scalar "raw_<name>" that is unbounded, a double where the kernel
/// computes in float64, else a float, whatever the type of x; theta = transform(raw) as
/// space::Domain says.
class ActivationModule : public torch::nn::Module {
 public:
  explicit ActivationModule(std::shared_ptr<const CompiledActivation> compiled);
  at::Tensor forward(const at::Tensor& x);
  /// [number of parameters], differentiable in the raw values.
  at::Tensor theta() const;
  const std::shared_ptr<const CompiledActivation>& compiled() const { return compiled_; }
  /// `look` is called with every y from now on; nothing ends that. What is fused passes by: a
  /// network computes activations by themselves without gradients, and while it is watched.
  void watch(std::function<void(const at::Tensor&)> look) { look_ = std::move(look); }

 private:
  std::shared_ptr<const CompiledActivation> compiled_;
  std::vector<at::Tensor> raw_;
  std::function<void(const at::Tensor&)> look_;
};

}  // namespace antigrad::trainer
