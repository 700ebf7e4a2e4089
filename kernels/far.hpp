// What formulas lose far out: x sigmoid(x) at -inf is inf * 0, a square overflows. Where a formula
// is seen to do that, and its limit (or its slope) is proved, the limit is put in.
#pragma once
#include <vector>

#include "space/builder.hpp"

namespace antigrad::kernels {

/// Values of an activation's parameters, a row a place of a network.
using Thetas = std::vector<std::vector<double>>;

/// y is e as long as |x| <= reach.
struct Limited {
  space::Sym y;
  double reach;
};

/// e (of Var 0 and parameters) as a node, computed in float64 (wide) or float32. On a side where e
/// itself is wrong for large finite x or at infinity, it is its limit beyond a large |x| (with
/// parameters its value there, near the limit), and grows in proportion to x where e has a slope.
/// What e does far out is proved for every row of thetas (at least one); should no one form be
/// right for all of them, for the first. Elsewhere, and where nothing is proved, it is e to the
/// last bit.
Limited insert_with_limits(space::Builder& b, const space::Expr& e, const Thetas& thetas,
                           bool wide);

}  // namespace antigrad::kernels
