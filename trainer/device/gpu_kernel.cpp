// Tensors of a GPU as buffers of kernels/cuda: dense ones as they lie, others copied once.
#include <array>

#include "kernels/cuda/device_kernel.hpp"
#include "trainer/activation_kernel.hpp"
#include "trainer/device/compute.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using kernels::DeviceKernel;
using kernels::Pass;

constexpr std::array kPasses = {Pass::forward, Pass::backward, Pass::double_backward};

Tensor dense(const Tensor& x) { return x.is_non_overlapping_and_dense() ? x : x.contiguous(); }

/// The same numbers in the order in which x lies.
Tensor as(const Tensor& x, const Tensor& t) {
  if (t.strides() == x.strides() && t.is_non_overlapping_and_dense()) return t;
  return at::empty_like(x).copy_(t);
}

float* floats(const Tensor& t) { return t.numel() == 0 ? nullptr : t.mutable_data_ptr<float>(); }

class OnGpu final : public ActivationKernel {
 public:
  OnGpu(const space::Activation& activation, kernels::Type type, int gpu)
      : type_(scalar_type(type)),
        kernel_(activation, kPasses, {.type = type}, kernels::CudaDevice(gpu)) {}

  void check(const Tensor& x) const override {
    TORCH_CHECK(!x.is_cpu() && x.scalar_type() == type_,
                "the activation was compiled for a GPU's tensors of ", type_, ", got ",
                x.scalar_type(), " on ", x.device(),
                "; convert the tensor or compile for its type");
  }

  Tensor forward(const Tensor& given, const Tensor& theta) const override {
    const Tensor x = dense(given), y = at::empty_like(x);
    run(Pass::forward, {x}, {y}, theta);
    return y;
  }

  std::pair<Tensor, Tensor> backward(const Tensor& given, const Tensor& theta,
                                     const Tensor& gy) const override {
    const Tensor x = dense(given), gx = at::empty_like(x), sums = at::zeros_like(theta);
    run(Pass::backward, {x, as(x, gy)}, {gx}, theta, {}, sums);
    return {gx, sums};
  }

  std::tuple<Tensor, Tensor, Tensor> double_backward(const Tensor& given, const Tensor& theta,
                                                     const Tensor& gy, const Tensor& ggx,
                                                     const Tensor& ggtheta) const override {
    const Tensor x = dense(given), dgy = at::empty_like(x), dx = at::empty_like(x),
                 sums = at::zeros_like(theta);
    run(Pass::double_backward, {x, as(x, gy), as(x, ggx)}, {dgy, dx}, theta, ggtheta.contiguous(),
        sums);
    return {dx, sums, dgy};
  }

 private:
  void run(Pass pass, const std::vector<Tensor>& in, const std::vector<Tensor>& out,
           const Tensor& theta, const Tensor& ggtheta = {}, const Tensor& sums = {}) const {
    const Tensor& x = in.front();
    const kernels::Layout layout{.n = x.numel()};
    const auto bytes = static_cast<std::int64_t>(kernel_.workspace_bytes(pass, layout));
    const Tensor workspace = at::empty({bytes / 4}, x.options().dtype(at::kFloat));
    const Tensor parameters = theta.contiguous();
    std::vector<const void*> from;
    std::vector<void*> to;
    for (const Tensor& t : in) from.push_back(t.const_data_ptr());
    for (const Tensor& t : out) to.push_back(t.mutable_data_ptr());
    const kernels::CudaBuffers buffers{from,
                                       to,
                                       floats(parameters),
                                       ggtheta.defined() ? floats(ggtheta) : nullptr,
                                       sums.defined() ? floats(sums) : nullptr,
                                       floats(workspace)};
    kernel_.run(pass, layout, buffers, stream_of(x.device()));
  }

  at::ScalarType type_;
  DeviceKernel kernel_;
};

}  // namespace

ActivationKernelPointer on_gpu(const space::Activation& activation, kernels::Type type, int gpu) {
  return std::make_shared<OnGpu>(activation, type, gpu);
}

}  // namespace antigrad::trainer
