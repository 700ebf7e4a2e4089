// Which table an integrand has: its kinks and tails, found from its normal form.
#pragma once
#include <memory>
#include <vector>

#include "space/expr.hpp"
#include "space/gradient.hpp"

namespace antigrad::space {

class Table;

/// The tabulated antiderivative of h(x) = sum of x^k times products of primitives of affine
/// arguments, without parameters. Throws Error when h is outside that form or does not settle
/// exponentially on polynomials (with the primitive's name).
std::shared_ptr<const Table> tabulate(const Expr& h);
std::shared_ptr<const Table> tabulate(const std::vector<Term>& h);

}  // namespace antigrad::space
