// The proved error of a table. On a segment P' interpolates h at n Chebyshev points, so
//   |h - P'| <= Lambda max_j |h(x_j) - P'(x_j)| + 2 (r/2)^n max |h^(n)| / n!
// (Lambda: Lebesgue's constant; r: half the width). The values at the points are balls, the n-th
// Taylor coefficients come from jets over parts of the segment.
#pragma once

namespace antigrad::space {

class Table;
struct Expr;

/// Chebyshev points a segment; P has this degree there.
constexpr int kTablePoints = 12;

/// An upper bound of |value(x) - int_0^x h| / max(1, |value(x)|) over all x, rounding of value()
/// included; infinity where nothing can be proved. tail_error: see TailPolynomials.
double certified_error(const Table& table, const Expr& h, double tail_error);

}  // namespace antigrad::space
