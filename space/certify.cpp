#include "space/certify.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "space/enclose.hpp"
#include "space/table.hpp"

namespace antigrad::space {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kLebesgue = 2.7;     // of 12 Chebyshev points: 2.58, and their rounding
constexpr double kRoundingUp = 1.01;  // of what is computed here in double, points included
constexpr double kUnit = 0x1p-53;
constexpr double kShort = 0x1p-20;
constexpr int kMaxHalvings = 1;  // of parts; more, and the segment itself is halved
constexpr int kOrder = 2 * kTablePoints;

double size(const Ball& b) { return std::fmax(std::fabs(b.lower()), std::fabs(b.upper())); }

/// sum_k |c[k]| t^k from k = first on.
double magnitude(const std::vector<double>& c, double t, std::size_t first = 0) {
  double y = 0;
  for (std::size_t k = c.size(); k-- > first;) y = y * t + std::fabs(c[k]);
  return y * std::pow(t, static_cast<double>(first));
}

/// Horner's rule for a polynomial of degree n in double, and the subtraction of the origin.
double rounding(const std::vector<double>& c, double t) {
  return 4 * static_cast<double>(c.size()) * kUnit * magnitude(c, t);
}

/// P'(x) up to `error`.
long double slope(const TableSegment& s, double x, double& error) {
  const long double t = static_cast<long double>(x) - s.origin;
  long double y = 0, size = 0;
  for (std::size_t k = s.c.size(); k-- > 1;) {
    y = y * t + static_cast<long double>(k) * s.c[k];
    size = size * std::fabs(t) + static_cast<long double>(k) * std::fabs(s.c[k]);
  }
  error = static_cast<double>(8 * static_cast<long double>(s.c.size()) *
                              std::numeric_limits<long double>::epsilon() * size);
  return y;
}

/// max |h(x_j) - P'(x_j)| over the Chebyshev points.
double at_points(const Expr& h, const TableSegment& s) {
  double worst = 0;
  for (int j = 0; j < kTablePoints; ++j) {
    const double u = std::cos(std::numbers::pi * (j + 0.5) / kTablePoints);
    const double x = 0.5 * (s.lo + s.hi) + 0.5 * (s.hi - s.lo) * u;
    double error = 0;
    const long double p = slope(s, x, error);
    const auto high = static_cast<double>(p), low = static_cast<double>(p - high);
    worst = std::fmax(worst, size(enclose(h, Ball(x)) - Ball(high) - Ball(low)) + error);
  }
  return worst;
}

/// What is known of h on a part of a segment.
struct Part {
  double coefficient;     // max |h^(n)| / n!
  double across;          // max |h| where a kink may lie a rounding inside, else 0
  bool hopeless = false;  // smaller parts would not help: the coefficient is that large
};

Part hull(const Part& a, const Part& b) {
  return {std::fmax(a.coefficient, b.coefficient), std::fmax(a.across, b.across)};
}

/// A jet over [lo, hi]. A comparison that it leaves open is one at a kink on the border, off by
/// rounding: the middle decides it.
Jet over(const Expr& h, double lo, double hi, int order, double& across) {
  const Ball x = Ball::between(lo, hi);
  Switches open;
  const Jet jet = enclose_jet(h, x, order + 1, {}, &open);
  if (!open.undecided) return jet;
  across = size(jet[0]);  // both branches
  Switches middle, forced;
  (void)enclose_jet(h, Ball(0.5 * (lo + hi)), 1, {}, &middle);
  forced.forced = middle.taken;
  return enclose_jet(h, x, order + 1, {}, &forced);
}

/// The Taylor coefficient of order n over the part or, where an interval says too little of it,
/// from those of the middle up to kOrder and that of order kOrder over the part.
Part on_part(const Expr& h, double lo, double hi, double enough) {
  double across = 0;
  const Jet direct = over(h, lo, hi, kTablePoints, across);
  Part part{size(direct[kTablePoints]), across};
  if (part.coefficient <= enough) return part;
  const double r = 0.5 * (hi - lo) * kRoundingUp;
  // Around the middle, not at it: short balls are faster, and the coefficients need no more digits.
  const Jet middle = enclose_jet(h, Ball::around(Ball(0.5 * (lo + hi)), kShort * r), kOrder);
  double sum = 0, factor = 1;  // C(k, n) r^(k - n)
  for (int k = kTablePoints; k < kOrder; ++k) {
    sum += factor * size(middle[k]);
    factor *= r * (k + 1) / (k + 1 - kTablePoints);
  }
  part.hopeless = !(sum <= enough);
  if (!part.hopeless) sum += factor * size(over(h, lo, hi, kOrder, across)[kOrder]);
  if (!part.hopeless) part.coefficient = std::fmin(part.coefficient, sum);
  return part;
}

/// Parts are halved until the bound serves.
Part on_segment(const Expr& h, double lo, double hi, double enough, int halvings) {
  const Part whole = on_part(h, lo, hi, enough);
  if (whole.coefficient <= enough || whole.hopeless || halvings == kMaxHalvings) return whole;
  const double middle = 0.5 * (lo + hi);
  return hull(on_segment(h, lo, middle, enough, halvings + 1),
              on_segment(h, middle, hi, enough, halvings + 1));
}

/// Errors of the segments from the one that begins or ends at 0 outwards.
class Outwards {
 public:
  void add(const TableSegment& s, double error) {
    error_ += error;
    const double width = s.hi - s.lo;
    double worst = (error_ + rounding(s.c, width)) / std::fmax(1, least(s, 0, width));
    if (worst > kFine) {  // P may grow: by parts
      worst = 0;
      for (int i = 0; i < kParts; ++i) {
        const double from = width * i / kParts, to = width * (i + 1) / kParts;
        worst = std::fmax(worst, (error_ + rounding(s.c, to)) / std::fmax(1, least(s, from, to)));
      }
    }
    worst_ = std::fmax(worst_, worst);
    error_ += rounding(s.c, width);  // of the next constant
  }

  /// The tail beyond; its constant was made by two evaluations. Where no power dominates from the
  /// end on, one does from `turn` times the end on.
  double with_tail(const std::vector<double>& tail, double end, double tail_error) const {
    const double reach = std::fabs(end);
    std::size_t top = tail.size() - 1;
    while (top > 0 && tail[top] == 0) --top;
    const double lead = std::fabs(tail[top]) * std::pow(reach, static_cast<double>(top));
    const double rest = magnitude(tail, reach) - lead;
    const double turn = top == 0 ? 1 : std::fmax(1, 2 * rest / lead);
    const double smallest = turn > 1 ? 0 : std::fabs(lead - rest);
    const double unit = 4 * static_cast<double>(tail.size()) * kUnit;
    const double evaluation =
        unit * std::fmax(3, (lead + rest) * std::pow(turn, static_cast<double>(top)) *
                                (turn > 1 ? 1 : 1 / std::fmax(1, smallest)));
    const double constant = error_ + tail_error + 2 * rounding(tail, reach);
    return std::fmax(worst_, constant / std::fmax(1, smallest) + 2 * evaluation);
  }

 private:
  static constexpr double kFine = 2e-14;
  static constexpr int kParts = 16;

  /// A lower bound of |P| at distances `from` to `to` from the origin.
  static double least(const TableSegment& s, double from, double to) {
    const double sign = s.origin == s.lo ? 1 : -1;
    const Ball t =
        Ball::between(std::fmin(sign * from, sign * to), std::fmax(sign * from, sign * to));
    Ball y;
    for (std::size_t k = s.c.size(); k-- > 0;) y = y * t + Ball(s.c[k]);
    const Ball m = abs(y);
    return std::fmax(0, m.lower());
  }

  double error_ = 0, worst_ = 0;
};

}  // namespace

SegmentError segment_error(const Expr& h, const TableSegment& s, double enough) {
  const double r = 0.5 * (s.hi - s.lo), scale = 2 * std::pow(0.5 * r, kTablePoints);
  const double far = std::fmax(std::fabs(s.lo), std::fabs(s.hi));
  if (!(far <= 1e6 * r)) return {kInfinity, 0};  // the points are no Chebyshev points any more
  const Part part = on_segment(h, s.lo, s.hi, 0.5 * enough / (2 * r * scale), 0);
  const double between = scale * part.coefficient, kink = 16 * kUnit * far * part.across;
  const double smooth = kRoundingUp * 2 * r * between;
  if (!(smooth <= enough)) return {smooth, kink};
  return {kRoundingUp * 2 * r * (kLebesgue * at_points(h, s) + between), kink};
}

double certified_error(const Table& table, std::span<const double> segment_errors,
                       double tail_error) {
  const auto& breaks = table.breaks();
  const auto segment = [&](std::size_t i) {
    return TableSegment{breaks[i], breaks[i + 1], table.origins()[i], table.coefficients()[i]};
  };
  const auto zero = static_cast<std::size_t>(std::ranges::find(breaks, 0.0) - breaks.begin());
  Outwards right, left;
  for (std::size_t i = zero; i + 1 < breaks.size(); ++i) right.add(segment(i), segment_errors[i]);
  for (std::size_t i = zero; i-- > 0;) left.add(segment(i), segment_errors[i]);
  return std::fmax(right.with_tail(table.right_tail(), breaks.back(), tail_error),
                   left.with_tail(table.left_tail(), breaks.front(), tail_error));
}

}  // namespace antigrad::space
