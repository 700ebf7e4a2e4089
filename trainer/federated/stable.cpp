// Uniform numbers lie strictly inside (0, 1), so that no logarithm and no quotient is infinite.
#include "trainer/federated/stable.hpp"

#include <cmath>
#include <numbers>

namespace antigrad::trainer {
namespace {

double open_uniform(space::Random& random) { return random.uniform() + 0x1p-54; }

}  // namespace

double stable(double tail, space::Random& random) {
  const double angle = std::numbers::pi * (open_uniform(random) - 0.5);
  const double wait = -std::log(open_uniform(random));
  if (tail == 1) return std::tan(angle);
  return std::sin(tail * angle) / std::pow(std::cos(angle), 1 / tail) *
         std::pow(std::cos((1 - tail) * angle) / wait, (1 - tail) / tail);
}

double rayleigh(space::Random& random) {
  return std::sqrt(-4 / std::numbers::pi * std::log(open_uniform(random)));
}

double gamma_number(double shape, space::Random& random) {
  if (shape < 1) {
    const double whole = gamma_number(shape + 1, random);
    return whole * std::pow(open_uniform(random), 1 / shape);
  }
  const double d = shape - 1. / 3, c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = random.normal(), root = 1 + c * x;
    if (root <= 0) continue;
    const double v = root * root * root;
    if (std::log(open_uniform(random)) < 0.5 * x * x + d - d * v + d * std::log(v)) return d * v;
  }
}

}  // namespace antigrad::trainer
