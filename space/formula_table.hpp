// Tables for any formula: a user's primitive has no row that names its kinks and tails, so they are
// found and proved here.
#pragma once
#include <memory>
#include <vector>

#include "space/expr.hpp"

namespace antigrad::space {

class Table;

/// The tabulated antiderivative of h(x), one variable, no parameters. Throws Error when h does not
/// settle exponentially on a polynomial on either side, or a kink cannot be located.
std::shared_ptr<const Table> tabulate_formula(const Expr& h);

/// Where h(x) may have a kink or a jump. Throws Error when one cannot be located.
std::vector<double> kinks_of(const Expr& h);

}  // namespace antigrad::space
