#include "space/gain.hpp"

#include <cmath>
#include <numbers>

#include "space/builder.hpp"
#include "space/expr.hpp"
#include "space/values.hpp"

namespace antigrad::space {

double normalising_gain(const Activation& activation) {
  constexpr double kReach = 10, kStep = 1. / 64;
  const std::vector<double> theta = starts_of(activation.parameters);
  double moment = 0;  // the trapezoidal rule converges exponentially for a Gaussian weight
  for (double z = -kReach; z <= kReach; z += kStep) {
    const double y = value(activation.f, z, theta);
    moment += kStep * y * y * std::exp(-0.5 * z * z) / std::sqrt(2 * std::numbers::pi);
  }
  return std::isfinite(moment) && moment > 0 ? 1 / std::sqrt(moment) : 1;
}

Activation scaled(Activation activation, double gain) {
  for (Expr* const e : {&activation.f, &activation.g}) {
    Builder b;
    *e = simplify(b.finish(b.literal(gain) * b.inline_expr(*e, {}).front()));
  }
  return activation;
}

Activation normalised(Activation activation) {
  const double gain = normalising_gain(activation);
  return gain == 1 ? activation : scaled(std::move(activation), gain);
}

}  // namespace antigrad::space
