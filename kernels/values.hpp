// What an activation and its first derivatives are at a point, as the formulas stand.
#pragma once
#include <vector>

#include "space/activation.hpp"

namespace antigrad::kernels {

/// f, f' and every df/dtheta as one expression.
space::Expr values_of(const space::Activation& activation);

/// Its outputs at x, computed in T.
template <class T>
std::vector<double> evaluated(const space::Expr& e, double x, const std::vector<double>& theta) {
  const T at = static_cast<T>(x);
  const std::vector<T> parameters(theta.begin(), theta.end());
  std::vector<T> out(e.outputs.size());
  space::evaluate<T>(e, {&at, 1}, parameters, out);
  return {out.begin(), out.end()};
}

}  // namespace antigrad::kernels
