// One loop over the parameters.
#include "trainer/optimisers/over_the_air.hpp"

namespace antigrad::trainer {

OverTheAir::OverTheAir(const OptimiserSpec& spec, const ParameterGroups& groups) : spec_(spec) {
  for (const ParameterGroup& group : groups)
    for (const at::Tensor& parameter : group.parameters)
      all_.push_back({parameter, at::zeros_like(parameter), at::zeros_like(parameter), group.rate});
}

void OverTheAir::update(double factor, const DrawGradient&) {
  const at::NoGradGuard no_grad;
  const bool adam = spec_.name == OptimiserSpec::Name::adam_ota;
  for (Moments& one : all_) {
    const at::Tensor gradient = one.parameter.grad();
    if (!gradient.defined()) continue;
    one.mean.mul_(spec_.beta1).add_(gradient, 1 - spec_.beta1);
    const at::Tensor power = one.mean.abs().pow_(spec_.tail);
    if (adam) one.power.mul_(spec_.beta2).add_(power, 1 - spec_.beta2);
    if (!adam) one.power.add_(power);
    one.parameter.addcdiv_(one.mean, one.power.pow(1 / spec_.tail).add_(spec_.epsilon),
                           -one.rate * factor);
  }
}

}  // namespace antigrad::trainer
