// What formulas lose far out: x sigmoid(x) at -inf is inf * 0, a square overflows. Where a formula
// is seen to do that, and its limit (or its slope) is proved, the limit is put in.
#pragma once
#include <span>

#include "space/builder.hpp"

namespace antigrad::kernels {

/// y is e as long as |x| <= reach.
struct Limited {
  space::Sym y;
  double reach;
};

/// e (of Var 0 and parameters) as a node, computed in float64 (wide) or float32. On a side where e
/// itself is wrong for large finite x or at infinity, it is its limit beyond a large |x| (with
/// parameters its value there, near the limit), and grows in proportion to x where e has a slope.
/// What e does far out is proved for the parameters' starts. Elsewhere, and where nothing is
/// proved, it is e to the last bit.
Limited insert_with_limits(space::Builder& b, const space::Expr& e, std::span<const double> starts,
                           bool wide);

}  // namespace antigrad::kernels
