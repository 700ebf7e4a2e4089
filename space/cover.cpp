// Signs by splitting intervals; a root where the slope has one sign and the ends have two.
#include "space/cover.hpp"

#include <algorithm>
#include <cmath>

#include "space/enclose.hpp"

namespace antigrad::space {
namespace {

constexpr int kCoefficients = 7;     // of a segment: order 0 .. 5 and the remainder
constexpr int kMaxCells = 2000;      // split, of one order
constexpr double kNarrow = 0x1p-36;  // what is narrower is not split any more
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::array kReaches{8.0, 16.0, 32.0, 64.0, 256.0, 1024.0, 4096.0};

using Sign = Cover::Sign;
using Piece = Cover::Piece;

Sign sign_of(const Ball& b) {
  if (b.positive()) return Sign::positive;
  if (b.negative()) return Sign::negative;
  return b.is(0) ? Sign::zero : Sign::open;
}

Ball left_half(const Ball& x) {
  return Ball::around(x.center() - Ball(0.5 * x.radius()), 0.5 * x.radius());
}
Ball right_half(const Ball& x) {
  return Ball::around(x.center() + Ball(0.5 * x.radius()), 0.5 * x.radius());
}

double factorial_ratio(int k, int d) {  // k! / (k - d)!
  double out = 1;
  for (int i = 0; i < d; ++i) out *= k - i;
  return out;
}

/// Equal signs that meet are one piece, unless in a double root. Intervals may overlap by their
/// rounding: what lies in the last one is known already.
void append(std::vector<Piece>& out, const Piece& p, bool root = false) {
  if (!out.empty() && p.hi <= out.back().hi) return;
  if (!root && !out.empty() && out.back().sign == p.sign && out.back().hi >= p.lo)
    out.back().hi = std::fmax(out.back().hi, p.hi);
  else
    out.push_back(p);
}

}  // namespace

Cover::Cover(const Expr& h, std::vector<Ball> theta) : theta_(std::move(theta)) {
  expressions_.reserve(kOrders);
  expressions_.push_back(h);
  for (const Ball& b : theta_) points_.push_back(b.middle());
  choose_reach();
  find_kinks();
}

Ball Cover::factorial(int d) { return Ball(factorial_ratio(d, d)); }

const Expr& Cover::expression(int d) {
  while (static_cast<int>(expressions_.size()) <= d)
    expressions_.push_back(simplify(derivative(expressions_.back())));
  return expressions_[static_cast<std::size_t>(d)];
}

Jet Cover::jet(const Ball& x, int n, Switches* switches) const {
  if (switches && switches->forced.empty() && !x.exact()) {
    for (const Stop& stop : stops_) {
      const bool left = x.upper() == stop.x;
      if (!left && x.lower() != stop.x) continue;
      switches->at_end = stop.differences;
      switches->side = left ? -1 : 1;
    }
  }
  return enclose_jet(expressions_.front(), x, n, theta_, switches);
}

const Tail& Cover::far(int d, int side) {
  const auto key = std::make_pair(d, side);
  const auto found = tails_.find(key);
  if (found != tails_.end()) return found->second;
  return tails_.emplace(key, tail(expression(d), side, reach_, theta_)).first->second;
}

void Cover::choose_reach() {
  for (const double reach : kReaches) {
    reach_ = reach;
    tails_.clear();
    if (far(0, -1).known() && far(0, 1).known()) return;
  }
  reach_ = 64;
  tails_.clear();
}

bool Cover::undecided(const Ball& x, std::vector<signed char>* sides) const {
  Switches switches;
  jet(x, 2, &switches);
  if (sides) *sides = std::move(switches.taken);
  return switches.undecided;
}

/// Points where an operand of the formula that is affine in x vanishes, exactly; found anywhere
/// else, a kink is a narrow ball.
void Cover::find_kinks() {
  Expr all = expressions_.front();
  all.outputs.clear();
  for (std::size_t i = 0; i < all.nodes.size(); ++i)
    all.outputs.push_back(static_cast<std::uint16_t>(i));
  std::vector<std::vector<double>> values;
  for (const double x : {-1.0, 0.0, 1.0}) {
    values.emplace_back(all.nodes.size());
    evaluate<double>(all, std::span<const double>(&x, 1), points_, values.back());
  }
  std::vector<double> stops;
  const auto try_zero = [&](double before, double here, double after) {
    const double slope = after - here;
    if (slope == 0 || std::fabs(slope - (here - before)) > 1e-12 * std::fabs(slope)) return;
    const double x = -here / slope;
    if (std::isfinite(x) && std::fabs(x) < reach_) stops.push_back(x + 0.0);
  };
  for (const Node& n : all.nodes) {
    const Primitive& p = primitive(n.op);
    if (p.arity == 0 || n.op == Op::Integral) continue;
    const auto at = [&](int k, std::uint16_t i) { return values[static_cast<std::size_t>(k)][i]; };
    try_zero(at(0, n.a), at(1, n.a), at(2, n.a));
    if (p.arity > 1)
      try_zero(at(0, n.a) - at(0, n.b), at(1, n.a) - at(1, n.b), at(2, n.a) - at(2, n.b));
  }
  std::ranges::sort(stops);
  stops.erase(std::unique(stops.begin(), stops.end()), stops.end());
  for (const double s : stops) {
    Switches here;
    jet(Ball(s), 1, &here);
    const auto exact = [](const Ball& b) { return b.is(0); };
    if (std::ranges::any_of(here.differences, exact) && undecided(Ball::around(Ball(s), kNarrow)))
      stops_.push_back({s, std::move(here.differences)});
  }
  Walk walk;
  double lo = -reach_;
  for (std::size_t i = 0; i <= stops_.size(); ++i) {
    const double hi = i < stops_.size() ? stops_[i].x : reach_;
    if (hi > lo) {
      look_for_kinks(Ball::after(lo, 0.5 * (hi - lo)), walk);
      look_for_kinks(Ball::before(hi, 0.5 * (hi - lo)), walk);
    }
    if (i < stops_.size()) walk.found.emplace_back(hi);
    walk.decided = false;
    lo = hi;
  }
  for (const Ball& at : walk.found) add_kink(at);
}

/// Intervals that touch the border of a comparison decide it, so a kink can also lie between two
/// neighbours that are decided differently.
void Cover::look_for_kinks(const Ball& x, Walk& walk) {
  std::vector<signed char> sides;
  if (!undecided(x, &sides)) {
    if (walk.decided && sides != walk.sides) walk.found.emplace_back(x.lower());
    walk.sides = std::move(sides);
    walk.decided = true;
    return;
  }
  if (x.radius() > kNarrow && ++cells_ < kMaxCells) {
    look_for_kinks(left_half(x), walk);
    look_for_kinks(right_half(x), walk);
    return;
  }
  const bool same = !walk.found.empty() && !walk.found.back().exact() && !walk.decided;
  if (same)
    walk.found.back() = Ball::between(walk.found.back().lower(), x.upper());
  else
    walk.found.push_back(x);
  walk.decided = false;
}

void Cover::add_kink(const Ball& at) {
  const double width = std::fmax(kNarrow, 4 * at.radius());
  Switches left, right;
  jet(Ball::before(at.lower(), width), 2, &left);
  jet(Ball::after(at.upper(), width), 2, &right);
  if (left.undecided || right.undecided) {  // kinks too close to be told apart: nothing is known
    const Jet open(Ball::line(), Ball::line(), kCoefficients);
    kinks_.push_back({at, open, open});
    return;
  }
  Switches as_left, as_right;
  as_left.forced = left.taken;
  as_right.forced = right.taken;
  kinks_.push_back({at, jet(at, kCoefficients, &as_left), jet(at, kCoefficients, &as_right)});
}

Cover::Segment& Cover::segment(const Ball& x) {
  const auto key = std::make_pair(x.middle(), x.radius());
  const auto found = segments_.find(key);
  if (found != segments_.end()) return found->second;
  Switches switches;
  Segment s{jet(x, kCoefficients, &switches), Jet(), switches.taken, false};
  return segments_.emplace(key, std::move(s)).first->second;
}

Ball Cover::range(int d, const Ball& x) {
  Segment& s = segment(x);
  const Ball direct = s.over[d] * factorial(d);
  if (x.exact() || x.radius() > 4 || sign_of(direct) != Sign::open) return direct;
  if (!s.has_center) {
    Switches inside;
    inside.forced = s.sides;
    s.center = jet(x.center(), kCoefficients, &inside);
    s.has_center = true;
  }
  const Ball t = Ball::around(Ball(), x.radius());
  Ball sum;
  for (int k = d; k < kCoefficients; ++k) {
    const Ball c = k + 1 < kCoefficients ? s.center[k] : s.over[k];
    sum += c * Ball(factorial_ratio(k, d)) * pow(t, k - d);
  }
  return direct.finite() ? intersection(sum, direct) : sum;
}

/// h^(d) at a point of x, on the branches that the inside of x has.
Ball Cover::value_inside(int d, const Ball& x, double point) {
  Switches inside;
  inside.forced = segment(x).sides;
  return jet(Ball(point), d + 1, &inside)[d] * factorial(d);
}

Ball Cover::at(int d, const Ball& x) {
  for (const Kink& k : kinks_) {
    if (!certainly_less(k.at, x) && !certainly_less(x, k.at)) {
      const Ball scale = factorial(d);
      Ball both = hull(k.left[d] * scale, k.right[d] * scale);
      if (k.at.lower() <= x.lower() && k.at.upper() >= x.upper()) return both;
      return Ball::line();
    }
  }
  return jet(x, d + 1)[d] * factorial(d);
}

/// With h^(d+1) of one sign on x, the ends say all.
bool Cover::by_slope(int d, const Ball& x, std::vector<Piece>& out) {
  const Sign slope = sign_of(range(d + 1, x));
  if (slope != Sign::positive && slope != Sign::negative) return false;
  const double lo = x.lower(), hi = x.upper();
  const Sign first = sign_of(value_inside(d, x, lo)), last = sign_of(value_inside(d, x, hi));
  if (first == Sign::open || last == Sign::open) return false;
  if (first == last || first == Sign::zero || last == Sign::zero) {
    append(out, {lo, hi, first == Sign::zero ? last : first});
    return true;
  }
  double a = lo, b = hi;  // halving in double arithmetic; the signs are then proved
  const bool rising = last == Sign::positive;
  while (b - a > 1e-15 * (1 + std::fabs(a))) {
    const double middle = 0.5 * (a + b);
    if (middle <= a || middle >= b) break;
    ((value(expression(d), middle, points_) > 0) == rising ? b : a) = middle;
  }
  for (double width = 1e-15 * (1 + std::fabs(a)); width < 0.1; width *= 32) {
    const double from = std::fmax(lo, a - width), to = std::fmin(hi, b + width);
    const Sign before = from > lo ? sign_of(value_inside(d, x, from)) : first;
    const Sign after = to < hi ? sign_of(value_inside(d, x, to)) : last;
    if (before != first || after != last) continue;
    const double middle = 0.5 * (a + b);
    const double near = std::nearbyint(middle * 1024) / 1024;  // a root that is a short number
    if (near > from && near < to && sign_of(value_inside(d, x, near)) == Sign::zero) {
      append(out, {lo, near, first});
      append(out, {near, hi, last});
    } else {
      append(out, {lo, from, first});
      append(out, {to, hi, last});
    }
    return true;
  }
  return false;
}

/// With h^(d+2) of one sign, h^(d) has its extreme where h^(d+1) is 0: a root there that is exact
/// is a double one, and an extreme on the right side of 0 leaves no root.
bool Cover::by_curvature(int d, const Ball& x, std::vector<Piece>& out) {
  const Sign bend = sign_of(range(d + 2, x));
  if (bend != Sign::positive && bend != Sign::negative) return false;
  std::vector<Piece> slopes;
  if (!by_slope(d + 1, x, slopes) || slopes.size() != 2) return false;
  const double a = slopes[0].hi, b = slopes[1].lo;
  const Ball extreme = a == b ? value_inside(d, x, a) : range(d, Ball::between(a, b));
  if (!extreme.is(0) && sign_of(extreme) != bend) return false;
  if (!extreme.is(0)) return append(out, {x.lower(), x.upper(), bend}), true;
  append(out, {x.lower(), a, bend});
  append(out, {a, x.upper(), bend}, true);
  return true;
}

void Cover::decide(int d, const Ball& x, std::vector<Piece>& out) {
  const Sign all = sign_of(range(d, x));
  if (all != Sign::open) return append(out, {x.lower(), x.upper(), all});
  if (by_slope(d, x, out) || by_curvature(d, x, out)) return;
  if (x.radius() < kNarrow || ++cells_ > kMaxCells)
    return append(out, {x.lower(), x.upper(), Sign::open});
  decide(d, left_half(x), out);
  decide(d, right_half(x), out);
}

void Cover::between(int d, double lo, double hi, std::vector<Piece>& out) {
  // Not in the middle: roots like short numbers, and a root on a border cannot be decided.
  const double width = 0.53125 * (hi - lo), border = lo + width;
  decide(d, Ball::after(lo, width), out);
  decide(d, Ball::before(hi, hi - border), out);
}

/// The sign far out; further out than the kinks where it takes that.
void Cover::outer(int d, int side, double& reach, std::vector<Piece>& out) {
  for (reach = reach_; reach <= 16 * reach_; reach *= 2) {
    const Tail t = reach == reach_ ? far(d, side) : tail(expression(d), side, reach, theta_);
    const auto sign = t.sign();
    const bool last = reach == 16 * reach_ || !t.known();
    if (!sign && !last) continue;
    if (!sign) reach = reach_;
    const Sign s = !sign       ? Sign::open
                   : *sign > 0 ? Sign::positive
                   : *sign < 0 ? Sign::negative
                               : Sign::zero;
    out.push_back(side < 0 ? Piece{-kInfinity, -reach, s} : Piece{reach, kInfinity, s});
    return;
  }
}

const std::vector<Piece>& Cover::signs(int d) {
  const auto found = signs_.find(d);
  if (found != signs_.end()) return found->second;
  cells_ = 0;
  std::vector<Piece> out, right;
  double lo = 0, hi = 0;
  outer(d, -1, lo, out);
  outer(d, 1, hi, right);
  lo = -lo;
  std::vector<Piece> inner;
  for (const Kink& k : kinks_) {
    std::vector<Piece> part;
    between(d, lo, k.at.lower(), part);
    inner.insert(inner.end(), part.begin(), part.end());
    lo = k.at.upper();
  }
  std::vector<Piece> part;
  between(d, lo, hi, part);
  inner.insert(inner.end(), part.begin(), part.end());
  // The outer pieces go on where the inner ones begin; only kinks part equal signs.
  const auto join = [](Piece& a, const Piece& b) {
    if (a.sign != b.sign || a.sign == Sign::open) return false;
    a.hi = b.hi;
    return true;
  };
  std::size_t from = !inner.empty() && join(out.front(), inner.front()) ? 1 : 0;
  out.insert(out.end(), inner.begin() + static_cast<std::ptrdiff_t>(from), inner.end());
  if (!join(out.back(), right.front())) out.push_back(right.front());
  return signs_.emplace(d, std::move(out)).first->second;
}

}  // namespace antigrad::space
