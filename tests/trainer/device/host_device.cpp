#include "host_device.hpp"

#include <ATen/EmptyTensor.h>
#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <ATen/native/ForeachUtils.h>
#include <ATen/ops/_reshape_alias_native.h>
#include <ATen/ops/as_strided_native.h>
#include <ATen/ops/view_native.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <torch/library.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "paths.hpp"
#include "recorded_graph.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using c10::IValue;
using Types = std::optional<at::ScalarType>;

const c10::DispatchKeySet kKeys{c10::DispatchKey::PrivateUse1};

HostMemory memory;

Tensor empty(c10::SymIntArrayRef size, Types type, std::optional<at::Layout>,
             std::optional<at::Device>, std::optional<bool>,
             std::optional<at::MemoryFormat> format) {
  return at::detail::empty_generic(C10_AS_INTARRAYREF_SLOW(size), &memory, kKeys,
                                   type.value_or(at::kFloat), format);
}

Tensor empty_strided(c10::SymIntArrayRef size, c10::SymIntArrayRef stride, Types type,
                     std::optional<at::Layout>, std::optional<at::Device>, std::optional<bool>) {
  return at::detail::empty_strided_generic(C10_AS_INTARRAYREF_SLOW(size),
                                           C10_AS_INTARRAYREF_SLOW(stride), &memory, kKeys,
                                           type.value_or(at::kFloat));
}

/// The same memory as a tensor of the processor.
Tensor processor_view(const Tensor& t) {
  if (!t.defined() || t.device().type() != at::kPrivateUse1) return t;
  return at::from_blob(t.numel() == 0 ? nullptr : t.data_ptr(), t.sizes(), t.strides(),
                       at::TensorOptions().dtype(t.scalar_type()));
}

Tensor moved(const Tensor& t) {
  if (!t.defined() || !t.is_cpu()) return t;
  const Tensor y =
      t.is_non_overlapping_and_dense()
          ? at::empty_strided(t.sizes(), t.strides(), t.options().device(host_device()))
          : at::empty(t.sizes(), t.options().device(host_device()));
  processor_view(y).copy_(t);
  return y;
}

Tensor copy_from(const Tensor& from, const Tensor& to, bool) {
  if (from.is_cpu() || to.is_cpu())
    refuse_while_recording("a copy between the processor and the device");
  const Tensor here = processor_view(from), there = processor_view(to);
  Tensor(there).copy_(here);
  record([here, there] { Tensor(there).copy_(here); });
  return to;
}

/// What autograd asks of an accelerator.
struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(at::DeviceIndex) const override { return true; }
};

/// Tensors of one call on their way to the processor and back.
class Call {
 public:
  explicit Call(const c10::OperatorHandle& op) : op_(op) {}

  IValue there(const IValue& value) {
    if (value.isTensor()) return there(value.toTensor());
    if (value.isTensorList()) {
      c10::List<Tensor> all;
      for (const Tensor& t : value.toTensorVector()) all.push_back(there(t));
      return all;
    }
    if (value.isOptionalTensorList()) {
      c10::List<std::optional<Tensor>> all;
      for (const std::optional<Tensor>& t : value.toOptionalTensorVector())
        all.push_back(t ? std::optional(there(*t)) : std::nullopt);
      return all;
    }
    if (value.isDevice() && value.toDevice().type() == at::kPrivateUse1)
      return at::Device(at::kCPU);
    return value;
  }

  /// A result that came in empty takes its size here, as the processor's did.
  void take_sizes() {
    for (auto& [here, own] : aliases_)
      if (here.sizes() != own.sizes()) own.set_data(moved(here));
  }

  /// What there is of the device's memory after take_sizes().
  IValue view(const IValue& value) const {
    if (!value.isTensor()) return value;
    for (const auto& [here, own] : aliases_)
      if (value.toTensor().is_same(here)) return processor_view(own);
    return value;
  }

  IValue back(const IValue& value) {
    if (value.isTensor()) return back(value.toTensor());
    if (!value.isTensorList()) return value;
    c10::List<Tensor> all;
    for (const Tensor& t : value.toTensorVector()) all.push_back(back(t));
    return all;
  }

  void check() const {
    TORCH_CHECK(!mixed_ || aliases_.empty(), op_.schema().name(),
                " got tensors of the processor and of the device");
  }

  /// Where its new results were put.
  const std::vector<Tensor>& results() const { return results_; }

 private:
  Tensor there(const Tensor& t) {
    const bool empty = t.defined() && !t.is_cpu() && t.numel() == 0;
    const Tensor here = empty ? at::empty(t.sizes(), t.scalar_type()) : processor_view(t);
    if (here.defined() && !here.is_same(t)) aliases_.emplace_back(here, t);
    mixed_ = mixed_ || (t.defined() && t.is_cpu() && t.dim() > 0);
    const bool to_be_kept = recording() && t.defined() && t.is_cpu();
    if (!to_be_kept) return here;
    const Tensor kept = t.clone();
    kept.unsafeGetTensorImpl()->set_wrapped_number(t.unsafeGetTensorImpl()->is_wrapped_number());
    return kept;
  }
  Tensor back(const Tensor& t) {
    for (const auto& [here, own] : aliases_)
      if (t.is_same(here)) return own;
    const Tensor own = moved(t);
    if (own.defined()) results_.push_back(processor_view(own));
    return own;
  }

  const c10::OperatorHandle& op_;
  std::vector<std::pair<Tensor, Tensor>> aliases_;
  std::vector<Tensor> results_;
  bool mixed_ = false;
};

using Stack = torch::jit::Stack;

std::vector<Tensor> tensors_in(const Stack& stack) {
  std::vector<Tensor> all;
  for (const IValue& value : stack) {
    if (value.isTensor() && value.toTensor().defined()) all.push_back(value.toTensor());
    if (value.isTensorList())
      for (const Tensor& t : value.toTensorVector()) all.push_back(t);
  }
  return all;
}

/// The operation once more, on the same memory.
void repeat(const c10::OperatorHandle& op, const Stack& arguments,
            const std::vector<Tensor>& results) {
  Stack stack = arguments;
  op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), &stack);
  const std::vector<Tensor> given = tensors_in(arguments);
  auto to = results.begin();
  for (const Tensor& t : tensors_in(stack))
    if (std::ranges::none_of(given, [&](const Tensor& one) { return one.is_same(t); }))
      Tensor(*to++).copy_(t);
}

/// What the fused optimisers demand of their lists on a GPU.
void check_lists(const std::string& name, const Stack& arguments) {
  if (name.find("::_fused_") == std::string::npos) return;
  std::vector<std::vector<Tensor>> lists;
  for (std::size_t i = 0; i < 4; ++i)
    if (arguments[i].isTensorList() && !arguments[i].toTensorVector().empty())
      lists.push_back(arguments[i].toTensorVector());
  const std::vector<at::TensorList> all(lists.begin(), lists.end());
  TORCH_CHECK(at::native::check_fast_path_restrictions(all), name,
              ": lists of other sizes, strides or types than one another");
}

void on_processor(const c10::OperatorHandle& op, Stack* stack) {
  if (op.schema().name() == "aten::_local_scalar_dense") refuse_while_recording("item()");
  Call call(op);
  Stack arguments;
  for (const IValue& value : torch::jit::last(*stack, op.schema().arguments().size()))
    arguments.push_back(call.there(value));
  call.check();
  check_lists(op.schema().name(), arguments);
  torch::jit::drop(*stack, arguments.size());
  stack->insert(stack->end(), arguments.begin(), arguments.end());
  op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  call.take_sizes();
  for (IValue& value : arguments) value = call.view(value);
  const std::size_t returns = op.schema().returns().size();
  for (std::size_t i = stack->size() - returns; i < stack->size(); ++i)
    (*stack)[i] = call.back((*stack)[i]);
  record([op, arguments, results = call.results()] { repeat(op, arguments, results); });
}

/// The results of something that the processor computes of its views, here.
template <class Compute>
std::vector<Tensor> brought(const Compute& compute) {
  std::vector<Tensor> all, views;
  for (const Tensor& t : compute()) {
    all.push_back(moved(t));
    views.push_back(processor_view(all.back()));
  }
  record([compute, views] {
    const std::vector<Tensor> again = compute();
    for (std::size_t i = 0; i < again.size(); ++i)
      if (again[i].defined()) Tensor(views[i]).copy_(again[i]);
  });
  return all;
}

Tensor convolution(const Tensor& x, const Tensor& w, const std::optional<Tensor>& b,
                   c10::SymIntArrayRef stride, c10::SymIntArrayRef padding,
                   c10::SymIntArrayRef dilation, bool transposed,
                   c10::SymIntArrayRef output_padding, c10::SymInt groups) {
  return brought([x = processor_view(x), w = processor_view(w),
                  b = b ? processor_view(*b) : Tensor(), stride = stride.vec(),
                  padding = padding.vec(), dilation = dilation.vec(), transposed,
                  output_padding = output_padding.vec(), groups] {
    return std::vector<Tensor>{at::convolution_symint(x, w, b, stride, padding, dilation,
                                                      transposed, output_padding, groups)};
  })[0];
}

std::tuple<Tensor, Tensor, Tensor> convolution_backward(
    const Tensor& g, const Tensor& x, const Tensor& w, c10::SymIntArrayRef stride,
    c10::SymIntArrayRef padding, c10::SymIntArrayRef dilation, bool transposed,
    c10::SymIntArrayRef output_padding, c10::SymInt groups, std::array<bool, 3> mask) {
  const std::vector<Tensor> all =
      brought([g = processor_view(g), x = processor_view(x), w = processor_view(w),
               stride = stride.vec(), padding = padding.vec(), dilation = dilation.vec(),
               transposed, output_padding = output_padding.vec(), groups, mask] {
        const auto [gx, gw, gb] =
            at::convolution_backward_symint(g, x, w, std::nullopt, stride, padding, dilation,
                                            transposed, output_padding, groups, mask);
        return std::vector<Tensor>{gx, gw, gb};
      });
  return {all[0], all[1], all[2]};
}

TORCH_LIBRARY_IMPL(_, PrivateUse1, m) {
  m.fallback(torch::CppFunction::makeFromBoxedFunction<&on_processor>());
}

TORCH_LIBRARY_IMPL(aten, PrivateUse1, m) {
  m.impl("empty.memory_format", &empty);
  m.impl("empty_strided", &empty_strided);
  m.impl("_copy_from", &copy_from);
  m.impl("view", [](const Tensor& t, c10::SymIntArrayRef size) {
    return at::native::view(t, C10_AS_INTARRAYREF_SLOW(size));
  });
  m.impl("as_strided", [](const Tensor& t, c10::SymIntArrayRef size, c10::SymIntArrayRef stride,
                          std::optional<c10::SymInt> offset) {
    return at::native::as_strided_tensorimpl(
        t, C10_AS_INTARRAYREF_SLOW(size), C10_AS_INTARRAYREF_SLOW(stride),
        offset ? std::optional(offset->guard_int(__FILE__, __LINE__)) : std::nullopt);
  });
  m.impl("_reshape_alias",
         [](const Tensor& t, c10::SymIntArrayRef size, c10::SymIntArrayRef stride) {
           return at::native::_reshape_alias(t, C10_AS_INTARRAYREF_SLOW(size),
                                             C10_AS_INTARRAYREF_SLOW(stride));
         });
  // Or a module's parameters could not be moved here.
  m.impl("_has_compatible_shallow_copy_type", [](const Tensor&, const Tensor&) { return true; });
  m.impl("convolution_overrideable", &convolution);
  m.impl("convolution_backward_overrideable", &convolution_backward);
}

}  // namespace

void use_stand_in() {
  static Hooks hooks;
  if (!at::isPrivateUse1HooksRegistered()) {
    c10::register_privateuse1_backend("foreign");
    at::RegisterPrivateUse1HooksInterface(&hooks);
  }
  const char* const path = ANTIGRAD_BIN_DIR "/libantigrad_stand_in_cuda.so";
  ::setenv("ANTIGRAD_CUDA_DRIVER", path, 1);
  ::setenv("ANTIGRAD_NVRTC", path, 1);
}

/// One stream, on which everything is done when a call returns.
struct ForeignGuard final : c10::impl::NoOpDeviceGuardImpl<c10::DeviceType::PrivateUse1> {
  void record(void**, const c10::Stream&, const c10::DeviceIndex,
              const c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  void destroyEvent(void*, const c10::DeviceIndex) const noexcept override {}
  // Autograd keeps lists by the stream's device, of which this one is number 0.
  c10::Device getDevice() const override { return host_device(); }
  c10::Stream getStream(c10::Device) const noexcept override { return stream(); }
  c10::Stream getNewStream(c10::Device, int) const override { return stream(); }
  c10::Stream exchangeStream(c10::Stream) const noexcept override { return stream(); }

 private:
  static c10::Stream stream() { return c10::Stream(c10::Stream::DEFAULT, host_device()); }
};

}  // namespace antigrad::trainer

C10_REGISTER_GUARD_IMPL(PrivateUse1, antigrad::trainer::ForeignGuard)
