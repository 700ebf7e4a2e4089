// forward -> backward -> double backward as two autograd functions: the backward of Forward is the
// forward of Backward. Tensors go to the kernel with their strides: what they agree on is one flat
// call (kernels/layout.hpp).
#include "trainer/activation_module.hpp"

#include <cmath>
#include <span>
#include <utility>

#include "kernels/layout.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using kernels::Kernel;
using torch::autograd::AutogradContext;
using torch::autograd::variable_list;
using KernelPointer = std::shared_ptr<const Kernel>;

/// A kernel in an autograd context, whose values are IValues.
struct KernelHolder : torch::CustomClassHolder {
  explicit KernelHolder(KernelPointer held) : kernel(std::move(held)) {}
  KernelPointer kernel;
};

void keep(AutogradContext* context, KernelPointer kernel) {
  context->saved_data["kernel"] =
      at::IValue::make_capsule(c10::make_intrusive<KernelHolder>(std::move(kernel)));
}

KernelPointer kept(const AutogradContext* context) {
  const auto capsule = context->saved_data.at("kernel").toCapsule();
  return static_cast<const KernelHolder&>(*capsule).kernel;
}

std::span<const std::int64_t> span_of(at::IntArrayRef values) {
  return {values.data(), values.size()};
}
kernels::Input input(const Tensor& t) { return {t.const_data_ptr(), span_of(t.strides())}; }
kernels::Output output(const Tensor& t) { return {t.mutable_data_ptr(), span_of(t.strides())}; }

/// The kernel over the elements of x, in whatever order they lie.
kernels::Launch launch(const Kernel& kernel, const Tensor& x, std::span<const double> theta) {
  return {kernel, span_of(x.sizes()), theta};
}

std::vector<double> to_doubles(const Tensor& values) {
  const Tensor as_double = values.to(at::kDouble).contiguous();
  const double* data = as_double.const_data_ptr<double>();
  return {data, data + as_double.numel()};
}

Tensor to_tensor(const std::vector<double>& values, const Tensor& like) {
  return at::tensor(values, at::kDouble).to(like.options());
}

at::ScalarType scalar_type(kernels::Type type) {
  switch (type) {
    case kernels::Type::f32: return at::kFloat;
    case kernels::Type::f64: return at::kDouble;
    case kernels::Type::bf16: return at::kBFloat16;
    case kernels::Type::f16: return at::kHalf;
  }
  return at::ScalarType::Undefined;
}

/// Of the parameters: 16 bits would not hold the steps of an optimiser.
at::ScalarType parameter_type(const Kernel& kernel) {
  return kernel.type() == kernels::Type::f64 ? at::kDouble : at::kFloat;
}

void check(const Kernel& kernel, const Tensor& x) {
  const auto type = scalar_type(kernel.type());
  TORCH_CHECK(x.is_cpu() && x.scalar_type() == type,
              "the activation was compiled for CPU tensors of ", type, ", got ", x.scalar_type(),
              " on ", x.device(), "; convert the tensor or compile for its type");
}

/// (x, theta, gy) -> (gx, gtheta); its own backward is the kernel's double backward.
class Backward : public torch::autograd::Function<Backward> {
 public:
  static variable_list forward(AutogradContext* context, const Tensor& x, const Tensor& theta,
                               const Tensor& gy, const KernelPointer& kernel) {
    context->save_for_backward({x, theta, gy});
    keep(context, kernel);
    Tensor gx = at::empty_like(x);
    std::vector<double> gtheta(static_cast<std::size_t>(theta.numel()));
    const std::vector<double> parameters = to_doubles(theta);
    kernels::backward(launch(*kernel, x, parameters), input(x), input(gy), output(gx), gtheta);
    return {gx, to_tensor(gtheta, theta)};
  }

  static variable_list backward(AutogradContext* context, variable_list cotangents) {
    const variable_list saved = context->get_saved_variables();
    const Tensor &x = saved[0], &theta = saved[1];
    const Tensor &gy = saved[2], &ggx = cotangents[0];
    Tensor dgy = at::empty_like(x), dx = at::empty_like(x);
    std::vector<double> dtheta(static_cast<std::size_t>(theta.numel()));
    const KernelPointer kernel = kept(context);
    const std::vector<double> parameters = to_doubles(theta);
    kernels::double_backward(launch(*kernel, x, parameters), input(x), input(gy), input(ggx),
                             output(dgy), output(dx), to_doubles(cotangents[1]), dtheta);
    TORCH_CHECK(!at::GradMode::is_enabled(),
                "an activation has no third derivatives; ask for the second without create_graph");
    return {dx, to_tensor(dtheta, theta), dgy, Tensor()};
  }
};

/// (x, theta) -> y.
class Forward : public torch::autograd::Function<Forward> {
 public:
  static Tensor forward(AutogradContext* context, const Tensor& x, const Tensor& theta,
                        const KernelPointer& kernel) {
    context->save_for_backward({x, theta});
    keep(context, kernel);
    Tensor y = at::empty_like(x);
    const std::vector<double> parameters = to_doubles(theta);
    kernels::forward(launch(*kernel, x, parameters), input(x), output(y));
    return y;
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

Tensor apply_activation(const KernelPointer& kernel, const Tensor& x, const Tensor& theta) {
  check(*kernel, x);
  if (x.dim() > kernels::kMostDimensions)
    return Forward::apply(x.reshape(-1), theta, kernel).reshape(x.sizes());
  return Forward::apply(x, theta, kernel);
}

double normalising_gain(const space::Activation& activation) {
  constexpr double kReach = 10, kStep = 1. / 64;
  const std::vector<double> theta = space::starts_of(activation.parameters);
  double moment = 0;  // the trapezoidal rule converges exponentially for a Gaussian weight
  for (double z = -kReach; z <= kReach; z += kStep) {
    const double y = space::value(activation.f, z, theta);
    moment += kStep * y * y * std::exp(-0.5 * z * z) / std::sqrt(2 * M_PI);
  }
  return std::isfinite(moment) && moment > 0 ? 1 / std::sqrt(moment) : 1;
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
  const Tensor y = apply_activation(compiled_->kernel, x, theta());
  return compiled_->gain == 1 ? y : y * compiled_->gain;
}

}  // namespace antigrad::trainer
