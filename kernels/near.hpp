// Programs in two forms: as formulas are written, and with their limits far out.
#pragma once
#include "kernels/program.hpp"

namespace antigrad::kernels {

/// The expression of a program with a near form, its elementwise outputs chosen: the near one's
/// where |x| <= reach, else its own. So an element does not depend on which loop meets it.
space::Expr near_where_it_serves(const Program& program);

}  // namespace antigrad::kernels
