// Products and quotients of a gradient, grouped so that they share: rounding changes, which
// absolute errors allow.
#pragma once
#include "kernels/program.hpp"

namespace antigrad::kernels {

/// Quotients by one denominator become products with its reciprocal. Every reduction that is a
/// product becomes U V, where U depends on parameters alone (so that V can be summed) and V has its
/// factors in the order of the nodes, so that reductions have products in common.
Program regroup(const Program& program);

/// e, the program's own expression or its near one, as machine code in float32 computes it: grouped
/// where that pays, and lowered (kernels/lower.hpp).
space::Expr float32_form(Program program, const space::Expr& e);

}  // namespace antigrad::kernels
