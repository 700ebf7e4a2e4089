// The proved error of a table. On a segment P' interpolates h at n Chebyshev points, so
//   |h - P'| <= Lambda max_j |h(x_j) - P'(x_j)| + 2 (r/2)^n max |h^(n)| / n!
// (Lambda: Lebesgue's constant; r: half the width). The values at the points are balls, the n-th
// Taylor coefficients come from jets over parts of the segment.
#pragma once
#include <span>
#include <vector>

namespace antigrad::space {

class Table;
struct Expr;

/// Chebyshev points a segment; P has this degree there.
constexpr int kTablePoints = 12;

/// P(x) = sum_k c[k] (x - origin)^k on [lo, hi], origin one of the ends.
struct TableSegment {
  double lo, hi, origin;
  const std::vector<double>& c;
};

/// Upper bounds of the integral of |h - P'| over the segment; infinity where nothing is known.
struct SegmentError {
  double smooth;  // of the interpolation
  double kink;    // of what a kink at an end may do that lies a rounding off it
};

/// enough: no effort is made to get `smooth` below.
SegmentError segment_error(const Expr& h, const TableSegment& s, double enough);

/// An upper bound of |value(x) - int_0^x h| / max(1, |value(x)|) over all x, rounding of value()
/// included, from those of the segments. tail_error: see TailPolynomials.
double certified_error(const Table& table, std::span<const double> segment_errors,
                       double tail_error);

}  // namespace antigrad::space
