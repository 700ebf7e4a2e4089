// Extremes of a cover: at kinks, where the derivative changes its sign, and far out.
#include <algorithm>
#include <cmath>

#include "space/cover.hpp"

namespace antigrad::space {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Sign = Cover::Sign;
using Piece = Cover::Piece;

/// What an extreme is known to be: the best of candidates, each a ball.
struct Best {
  int sign;
  Cover::Extreme e;
  explicit Best(int s) : sign(s), e{-kInfinity, -kInfinity, NAN} {}
  /// A value that is taken, or a limit: both bounds.
  void reached(const Ball& b, double x) {
    const double lo = sign > 0 ? b.lower() : -b.upper(), hi = sign > 0 ? b.upper() : -b.lower();
    if (std::isnan(e.at) || hi > e.hi) e.at = x;
    e.lo = std::fmax(e.lo, lo);
    e.hi = std::fmax(e.hi, hi);
  }
  /// Values that may be taken: the upper bound only.
  void possible(const Ball& b) { e.hi = std::fmax(e.hi, sign > 0 ? b.upper() : -b.lower()); }
  Cover::Extreme finish() const { return sign > 0 ? e : Cover::Extreme{-e.hi, -e.lo, e.at}; }
};

}  // namespace

Cover::Extreme Cover::extreme(int d, int sign) {
  Best best(sign);
  const auto& pieces = signs(d + 1);
  for (const Kink& k : kinks_) {
    const Ball scale = factorial(d);
    best.reached(k.left[d] * scale, k.at.middle());
    best.reached(k.right[d] * scale, k.at.middle());
  }
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    const Piece& p = pieces[i];
    const bool left = std::isinf(p.lo), right = std::isinf(p.hi);
    if (p.sign == Sign::open && (left || right)) {
      best.possible(far(d, left ? -1 : 1).range());
    } else if (p.sign == Sign::open) {
      best.possible(range(d, Ball::between(p.lo, p.hi)));
    }
    for (const int side : {-1, 1}) {
      if (!(side < 0 ? left : right) || p.sign == Sign::open) continue;
      const auto limit = far(d, side).limit();
      if (!limit)
        best.possible(far(d, side).range());
      else if (limit->infinite != 0 && limit->infinite == sign)
        best.e = {kInfinity, kInfinity, side * kInfinity};
      else if (limit->infinite == 0)
        best.reached(limit->value, side * kInfinity);
    }
    if (i > 0) {
      const double a = pieces[i - 1].hi, b = p.lo;
      const bool kink = std::ranges::any_of(kinks_, [&](const Kink& k) {
        return k.at.upper() >= std::fmin(a, b) && k.at.lower() <= std::fmax(a, b);
      });
      if (!kink)
        best.reached(at(d, Ball::between(std::fmin(a, b), std::fmax(a, b))), 0.5 * (a + b));
    }
  }
  return best.finish();
}

Cover::Extreme Cover::supremum(int d) { return extreme(d, 1); }
Cover::Extreme Cover::infimum(int d) { return extreme(d, -1); }

}  // namespace antigrad::space
