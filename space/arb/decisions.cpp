// What row formulas choose by comparing: which side balls and jets take, and the hull of both where
// that is not decided.
#include "space/arb/arb.hpp"

namespace antigrad::space {
namespace {

const Ball& first(const Ball& a) { return a; }
Ball first(const Jet& a) { return a[0]; }
Switches* switches(const Ball&) { return nullptr; }
Switches* switches(const Jet& a) { return a.switches(); }
Ball unknown(const Ball& a, const Ball& b) { return hull(a, b); }
Jet unknown(const Jet& a, const Jet& b) {
  Jet out(hull(a[0], b[0]), Ball::line(), a.size(), a.switches());
  for (int k = 2; k < a.size(); ++k) arb_poly_set_coeff_arb(raw(out), k, raw(Ball::line()));
  return out;
}

Ball slope(const Ball&) { return Ball::line(); }
Ball slope(const Jet& a) { return a.size() > 1 ? a[1] : Ball::line(); }

/// The comparison whose operands differ by what is known at an end of the interval, and whose
/// difference has a slope of one sign.
int by_end(const Switches& log, const Ball& difference_slope) {
  const std::size_t k = log.taken.size();
  if (k >= log.at_end.size()) return -1;
  const Ball& end = log.at_end[k];
  const Ball moving = Ball(log.side) * difference_slope;  // away from the end
  if ((end.is(0) || end.positive()) && moving.positive()) return 0;
  if ((end.is(0) || end.negative()) && moving.negative()) return 1;
  return -1;
}

/// a < b as 1 or 0, -1 for undecided. Balls that only touch are decided by their inner points;
/// `equal` is the answer for two equal numbers.
template <class T>
int decide(const T& a, const T& b, int equal) {
  const Ball x = first(a), y = first(b);
  int side = -1;
  if (x.exact() && y.exact() && arb_equal(raw(x), raw(y)))
    side = equal;
  else if (certainly_less_equal(x, y))
    side = 1;
  else if (certainly_less_equal(y, x))
    side = 0;
  Switches* const log = switches(a);
  if (!log) return side;
  log->differences.push_back(x - y);
  if (side < 0) side = by_end(*log, slope(a) - slope(b));
  if (log->taken.size() < log->forced.size()) side = log->forced[log->taken.size()];
  log->taken.push_back(static_cast<signed char>(side));
  log->undecided = log->undecided || side < 0;
  return side;
}

template <class T>
T choose(int side, const T& yes, const T& no) {
  return side < 0 ? unknown(yes, no) : side > 0 ? yes : no;
}

/// |a| where the sign of a is not known.
Jet size_of(const Jet& a) {
  Jet out = unknown(a, -a);
  arb_poly_set_coeff_arb(raw(out), 0, raw(abs(a[0])));
  return out;
}

template <class T>
T absolute(const T& a) {
  const int side = decide(a, constants(a)(0), 0);
  return side < 0 ? size_of(a) : side > 0 ? -a : a;
}

}  // namespace

Ball base_abs(const Ball& a) { return abs(a); }
Ball base_min(const Ball& a, const Ball& b) { return apply(arb_min, a, b); }
Ball base_max(const Ball& a, const Ball& b) { return apply(arb_max, a, b); }
Ball base_less(const Ball& a, const Ball& b, const Ball& c, const Ball& d) {
  return choose(decide(a, b, 0), c, d);
}
Ball base_less_equal(const Ball& a, const Ball& b, const Ball& c, const Ball& d) {
  return choose(decide(a, b, 1), c, d);
}
Ball base_copysign(const Ball& a, const Ball& b) {
  return choose(decide(b, Ball(), 0), -abs(a), abs(a));
}
Jet base_abs(const Jet& a) { return absolute(a); }
Jet base_min(const Jet& a, const Jet& b) {
  const int side = decide(b, a, 0);
  Jet out = choose(side, b, a);
  if (side < 0) arb_poly_set_coeff_arb(raw(out), 0, raw(base_min(a[0], b[0])));
  return out;
}
Jet base_max(const Jet& a, const Jet& b) {
  const int side = decide(a, b, 0);
  Jet out = choose(side, b, a);
  if (side < 0) arb_poly_set_coeff_arb(raw(out), 0, raw(base_max(a[0], b[0])));
  return out;
}
Jet base_less(const Jet& a, const Jet& b, const Jet& c, const Jet& d) {
  return choose(decide(a, b, 0), c, d);
}
Jet base_less_equal(const Jet& a, const Jet& b, const Jet& c, const Jet& d) {
  return choose(decide(a, b, 1), c, d);
}
Jet base_copysign(const Jet& a, const Jet& b) {
  const Jet size = absolute(a);
  return choose(decide(b, constants(b)(0), 0), -size, size);
}

}  // namespace antigrad::space
