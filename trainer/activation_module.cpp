// forward -> backward -> double backward as two autograd functions: the backward of Forward is the
// forward of Backward.
#include "trainer/activation_module.hpp"

#include <cmath>
#include <utility>

#include "kernels/layout.hpp"
#include "trainer/device/compute.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using kernels::Kernel;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// A kernel in an autograd context, whose values are IValues.
struct KernelHolder : torch::CustomClassHolder {
  explicit KernelHolder(ActivationKernelPointer held) : kernel(std::move(held)) {}
  ActivationKernelPointer kernel;
};

void keep(AutogradContext* context, ActivationKernelPointer kernel) {
  context->saved_data["kernel"] =
      at::IValue::make_capsule(c10::make_intrusive<KernelHolder>(std::move(kernel)));
}

ActivationKernelPointer kept(const AutogradContext* context) {
  const auto capsule = context->saved_data.at("kernel").toCapsule();
  return static_cast<const KernelHolder&>(*capsule).kernel;
}

/// Of the parameters: 16 bits would not hold the steps of an optimiser.
at::ScalarType parameter_type(const Kernel& kernel) {
  return kernel.type() == kernels::Type::f64 ? at::kDouble : at::kFloat;
}

/// (x, theta, gy) -> (gx, gtheta); its own backward is the kernel's double backward.
class Backward : public torch::autograd::Function<Backward> {
 public:
  static variable_list forward(AutogradContext* context, const Tensor& x, const Tensor& theta,
                               const Tensor& gy, const ActivationKernelPointer& kernel) {
    context->save_for_backward({x, theta, gy});
    keep(context, kernel);
    const auto [gx, gtheta] = kernel->backward(x, theta, gy);
    return {gx, gtheta};
  }

  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    const variable_list saved = context->get_saved_variables();
    const auto [dx, dtheta, dgy] =
        kept(context)->double_backward(saved[0], saved[1], saved[2], cotangents[0], cotangents[1]);
    TORCH_CHECK(!at::GradMode::is_enabled(),
                "an activation has no third derivatives; ask for the second without create_graph");
    return {dx, dtheta, dgy, Tensor()};
  }
};

/// (x, theta) -> y.
class Forward : public torch::autograd::Function<Forward> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& theta,
                        const ActivationKernelPointer& kernel) {
    context->save_for_backward({x, theta});
    keep(context, kernel);
    return kernel->forward(x, theta);
  }

  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    const variable_list saved = context->get_saved_variables();
    const variable_list g = Backward::apply(saved[0], saved[1], cotangents[0], kept(context));
    return {g[0], g[1], Tensor()};
  }
};

/// transform(raw) of space::Domain, by operations that autograd knows; a joint bound passes the
/// gradient on to the earlier parameter.
class Transform {
 public:
  Transform(const space::Domain& domain, const Tensor& raw, const variable_list& earlier)
      : below_(std::isfinite(domain.hi)),
        above_(std::isfinite(domain.lo)),
        raw_(raw),
        lo_(bound(domain.lo, domain.lo_of, earlier)),
        hi_(bound(domain.hi, domain.hi_of, earlier)) {}

  Tensor theta() const {
    Tensor theta = plain();
    if (above_) theta = at::max(theta, lo_ + edge(lo_));
    if (below_) theta = at::min(theta, hi_ - edge(hi_));
    return theta;
  }

 private:
  Tensor bound(double v, int of, const variable_list& earlier) const {
    return of < 0 ? at::full_like(raw_, v) : v * earlier[static_cast<std::size_t>(of)];
  }
  Tensor plain() const {
    if (above_ && below_) return lo_ + (hi_ - lo_) * at::sigmoid(raw_);
    if (above_) return lo_ + at::softplus(raw_);
    if (below_) return hi_ - at::softplus(raw_);
    return raw_;
  }
  Tensor edge(const Tensor& at) const {
    const Tensor edge = space::Domain::kEdge * at.abs() + space::Domain::kTiny;
    return above_ && below_ ? at::min(edge, (hi_ - lo_) / 4) : edge;
  }

  bool below_, above_;
  Tensor raw_, lo_, hi_;
};

}  // namespace

Tensor apply_activation(const ActivationKernelPointer& kernel, const Tensor& x,
                        const Tensor& theta) {
  kernel->check(x);
  if (x.dim() > kernels::kMostDimensions)
    return Forward::apply(x.reshape(-1), theta, kernel).reshape(x.sizes());
  return Forward::apply(x, theta, kernel);
}

Tensor apply_activation(const std::shared_ptr<const Kernel>& kernel, const Tensor& x,
                        const Tensor& theta) {
  return apply_activation(on_processor(kernel), x, theta);
}

std::shared_ptr<const CompiledActivation> compile(space::Activation activation,
                                                  const kernels::Target& target) {
  std::shared_ptr<const Kernel> kernel = kernels::compile(activation, target);
  return std::make_shared<CompiledActivation>(
      CompiledActivation{std::move(activation), std::move(kernel)});
}

ActivationModule::ActivationModule(std::shared_ptr<const CompiledActivation> compiled)
    : compiled_(std::move(compiled)) {
  const auto type = parameter_type(*compiled_->kernel);
  const std::vector<double> starts = space::starts_of(compiled_->activation.parameters);
  for (const space::Parameter& parameter : compiled_->activation.parameters) {
    const double raw = space::to_raw(parameter.domain, parameter.start, starts);
    raw_.push_back(register_parameter("raw_" + parameter.name, at::scalar_tensor(raw, type)));
  }
}

Tensor ActivationModule::theta() const {
  if (raw_.empty()) return at::empty({0}, parameter_type(*compiled_->kernel));
  variable_list theta;
  for (std::size_t k = 0; k < raw_.size(); ++k)
    theta.push_back(Transform(compiled_->activation.parameters[k].domain, raw_[k], theta).theta());
  return at::stack(theta);
}

Tensor ActivationModule::forward(const Tensor& x) {
  const Tensor theta = this->theta();
  // A type of its own is what libtorch casts to and what a GPU has; elsewhere it is a mistake.
  const bool other = !x.is_cpu() || (casts(x.device()) && x.scalar_type() == at::kBFloat16);
  const Tensor y =
      other ? apply_activation(compiled_->shelf->find(compiled_->activation, x), x, theta)
            : apply_activation(compiled_->kernel, x, theta);
  if (look_) look_(y);
  return y;
}

}  // namespace antigrad::trainer
