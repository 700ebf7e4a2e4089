// Slices of images are channels side by side, in either memory format; of other values they are the
// leading dimension.
#include "trainer/stacked/stacked_activation.hpp"

#include "kernels/cuda/stacked_kernel.hpp"
#include "trainer/device/compute.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using kernels::Pass;
using kernels::SliceLayout;
using kernels::StackedKernel;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using KernelPointer = std::shared_ptr<const StackedKernel>;

struct KernelHolder : torch::CustomClassHolder {
  explicit KernelHolder(KernelPointer held) : kernel(std::move(held)) {}
  KernelPointer kernel;
};

bool channels_last(const Tensor& x) {
  return x.dim() == 4 && x.is_contiguous(at::MemoryFormat::ChannelsLast);
}

/// Of a tensor that lies in one piece, in either format.
SliceLayout layout_of(const Tensor& x, std::int64_t count, bool places) {
  if (!places) return {1, x.numel() / count};
  if (!channels_last(x)) return {x.size(0), x.numel() / x.size(0) / count};
  return {x.numel() / x.size(1), x.size(1) / count};
}

Tensor in_one_piece(const Tensor& x, bool places) {
  return places && channels_last(x) ? x : x.contiguous();
}

float* floats(const Tensor& t) { return t.numel() == 0 ? nullptr : t.mutable_data_ptr<float>(); }

void run(const StackedKernel& kernel, Pass pass, const SliceLayout& layout,
         const std::vector<Tensor>& in, const Tensor& out, const Tensor& theta,
         const Tensor& sums) {
  const auto bytes = static_cast<std::int64_t>(kernel.workspace_bytes(pass, layout));
  const Tensor workspace = at::empty({bytes / 4}, out.options().dtype(at::kFloat));
  std::vector<const void*> from;
  for (const Tensor& t : in) from.push_back(t.const_data_ptr());
  void* const to[] = {out.mutable_data_ptr()};
  kernel.run(pass, layout,
             {from, to, floats(theta), nullptr, sums.defined() ? floats(sums) : nullptr,
              floats(workspace)},
             stream_of(out.device()));
}

/// (x, all theta) -> y.
class OneLaunch : public torch::autograd::Function<OneLaunch> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& given, const Tensor& theta,
                        const KernelPointer& kernel, std::int64_t count, bool places) {
    const Tensor x = in_one_piece(given, places), parameters = theta.contiguous(),
                 y = at::empty_like(x);
    context->save_for_backward({x, parameters});
    context->saved_data["kernel"] =
        at::IValue::make_capsule(c10::make_intrusive<KernelHolder>(kernel));
    context->saved_data["count"] = count;
    context->saved_data["places"] = places;
    run(*kernel, Pass::forward, layout_of(x, count, places), {x}, y, parameters, {});
    return y;
  }

  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    TORCH_CHECK(!at::GradMode::is_enabled(), "stacked activations have no second derivatives");
    const variable_list saved = context->get_saved_variables();
    const auto capsule = context->saved_data.at("kernel").toCapsule();
    const StackedKernel& kernel = *static_cast<const KernelHolder&>(*capsule).kernel;
    const bool places = context->saved_data.at("places").toBool();
    const Tensor &x = saved[0], &theta = saved[1], gx = at::empty_like(x),
                 sums = at::zeros_like(theta);
    const Tensor gy = at::empty_like(x).copy_(cotangents[0]);
    run(kernel, Pass::backward, layout_of(x, context->saved_data.at("count").toInt(), places),
        {x, gy}, gx, theta, sums);
    return {gx, sums, Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

StackedActivation::StackedActivation(std::vector<std::shared_ptr<ActivationModule>> modules)
    : modules_(std::move(modules)) {}

StackedActivation::~StackedActivation() = default;

Tensor StackedActivation::forward(const Tensor& x, bool places) const {
  return x.is_cpu() ? one_by_one(x, places) : in_one_launch(x, places);
}

Tensor StackedActivation::one_by_one(const Tensor& x, bool places) const {
  const auto count = static_cast<std::int64_t>(modules_.size());
  std::vector<Tensor> parts;
  for (std::int64_t k = 0; k < count; ++k) {
    const std::int64_t channels = places ? x.size(1) / count : 0;
    parts.push_back(modules_[static_cast<std::size_t>(k)]->forward(
        places ? x.narrow(1, k * channels, channels) : x.select(0, k)));
  }
  return places ? at::cat(parts, 1) : at::stack(parts);
}

KernelPointer StackedActivation::kernel_for(const Tensor& x) const {
  KernelPointer& known = kernels_[x.scalar_type()];
  if (known) return known;
  const auto type = kernel_type(x.scalar_type());
  TORCH_CHECK(type, "stacked activations got a tensor of ", x.scalar_type());
  std::vector<space::Activation> activations;
  for (const auto& module : modules_) activations.push_back(module->compiled()->activation);
  return known = std::make_shared<StackedKernel>(activations, *type,
                                                 kernels::CudaDevice(x.device().index()));
}

Tensor StackedActivation::in_one_launch(const Tensor& x, bool places) const {
  std::vector<Tensor> theta;
  for (const auto& module : modules_) {
    const Tensor own = module->theta();
    if (own.numel() > 0) theta.push_back(own);
  }
  const auto count = static_cast<std::int64_t>(modules_.size());
  const Tensor all = theta.empty() ? at::empty({0}, x.options().dtype(at::kFloat)) : at::cat(theta);
  return OneLaunch::apply(x, all, kernel_for(x), count, places);
}

}  // namespace antigrad::trainer
