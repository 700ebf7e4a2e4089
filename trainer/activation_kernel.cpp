// On the processor tensors go to the kernel with their strides: what they agree on is one flat call
// (kernels/layout.hpp).
#include "trainer/activation_kernel.hpp"

#include <span>
#include <vector>

#include "kernels/layout.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using kernels::Kernel;
using kernels::Type;

constexpr std::pair<Type, at::ScalarType> kTypes[] = {{Type::f32, at::kFloat},
                                                      {Type::f64, at::kDouble},
                                                      {Type::bf16, at::kBFloat16},
                                                      {Type::f16, at::kHalf}};

std::span<const std::int64_t> span_of(at::IntArrayRef values) {
  return {values.data(), values.size()};
}
kernels::Input input(const Tensor& t) { return {t.const_data_ptr(), span_of(t.strides())}; }
kernels::Output output(const Tensor& t) { return {t.mutable_data_ptr(), span_of(t.strides())}; }

std::vector<double> to_doubles(const Tensor& values) {
  const Tensor as_double = values.to(at::kDouble).contiguous();
  const double* data = as_double.const_data_ptr<double>();
  return {data, data + as_double.numel()};
}

Tensor to_tensor(const std::vector<double>& values, const Tensor& like) {
  return at::tensor(values, at::kDouble).to(like.options());
}

class OnProcessor final : public ActivationKernel {
 public:
  explicit OnProcessor(std::shared_ptr<const Kernel> kernel) : kernel_(std::move(kernel)) {}

  void check(const Tensor& x) const override {
    const at::ScalarType type = scalar_type(kernel_->type());
    TORCH_CHECK(x.is_cpu() && x.scalar_type() == type,
                "the activation was compiled for CPU tensors of ", type, ", got ", x.scalar_type(),
                " on ", x.device(), "; convert the tensor or compile for its type");
  }

  Tensor forward(const Tensor& x, const Tensor& theta) const override {
    Tensor y = at::empty_like(x);
    const std::vector<double> parameters = to_doubles(theta);
    kernels::forward(launch(x, parameters), input(x), output(y));
    return y;
  }

  std::pair<Tensor, Tensor> backward(const Tensor& x, const Tensor& theta,
                                     const Tensor& gy) const override {
    Tensor gx = at::empty_like(x);
    std::vector<double> gtheta(static_cast<std::size_t>(theta.numel()));
    const std::vector<double> parameters = to_doubles(theta);
    kernels::backward(launch(x, parameters), input(x), input(gy), output(gx), gtheta);
    return {gx, to_tensor(gtheta, theta)};
  }

  std::tuple<Tensor, Tensor, Tensor> double_backward(const Tensor& x, const Tensor& theta,
                                                     const Tensor& gy, const Tensor& ggx,
                                                     const Tensor& ggtheta) const override {
    Tensor dgy = at::empty_like(x), dx = at::empty_like(x);
    std::vector<double> dtheta(static_cast<std::size_t>(theta.numel()));
    const std::vector<double> parameters = to_doubles(theta);
    kernels::double_backward(launch(x, parameters), input(x), input(gy), input(ggx), output(dgy),
                             output(dx), to_doubles(ggtheta), dtheta);
    return {dx, to_tensor(dtheta, theta), dgy};
  }

 private:
  /// The kernel over the elements of x, in whatever order they lie.
  kernels::Launch launch(const Tensor& x, std::span<const double> theta) const {
    return {*kernel_, span_of(x.sizes()), theta};
  }

  std::shared_ptr<const Kernel> kernel_;
};

}  // namespace

std::optional<Type> kernel_type(at::ScalarType type) {
  for (const auto& [kernel, scalar] : kTypes)
    if (scalar == type) return kernel;
  return {};
}

at::ScalarType scalar_type(Type type) {
  for (const auto& [kernel, scalar] : kTypes)
    if (kernel == type) return scalar;
  return at::ScalarType::Undefined;
}

ActivationKernelPointer on_processor(std::shared_ptr<const Kernel> kernel) {
  return std::make_shared<OnProcessor>(std::move(kernel));
}

ActivationKernelPointer KernelShelf::find(const space::Activation& activation, const Tensor& x) {
  const auto type = kernel_type(x.scalar_type());
  TORCH_CHECK(type, "an activation got a tensor of ", x.scalar_type(),
              "; expected float32, float64, bfloat16 or float16: convert it");
  const at::Device device = x.device();
  const std::lock_guard lock(mutex_);
  ActivationKernelPointer& known = known_[{x.scalar_type(), device.type(), device.index()}];
  if (!known)
    known = device.is_cpu() ? on_processor(kernels::compile(activation, {.type = *type}))
                            : on_gpu(activation, *type, device.index());
  return known;
}

}  // namespace antigrad::trainer
