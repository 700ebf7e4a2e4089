// Arithmetic of tails: sums of terms ordered by growth.
#include "space/tail.hpp"

#include <algorithm>
#include <cmath>

namespace antigrad::space {
namespace {

constexpr std::size_t kMaxTerms = 10;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

using Growth = Tail::Growth;
using Term = Tail::Term;

Growth operator+(const Growth& a, const Growth& b) {
  return {a.cubic + b.cubic, a.quadratic + b.quadratic, a.linear + b.linear, a.power + b.power,
          a.logs + b.logs};
}
Growth operator-(const Growth& a, const Growth& b) {
  return a + Growth{-1 * b.cubic, -1 * b.quadratic, -1 * b.linear, -b.power, -b.logs};
}

/// +1 faster than constant, -1 slower, 0 constant; nothing where the balls do not say.
std::optional<int> order(const Growth& g) {
  for (const Rate* const rate : {&g.cubic, &g.quadratic, &g.linear})
    if (!rate->is_zero()) return rate->sign();
  for (const double p : {g.power, g.logs})
    if (p != 0) return p > 0 ? 1 : -1;
  return 0;
}

/// X^power ... at X = from.
Ball at(const Growth& g, double from) {
  const Ball x(from);
  Ball exponent = ((g.cubic.value() * x + g.quadratic.value()) * x + g.linear.value()) * x;
  if (g.power != 0) exponent += Ball(g.power) * log(x);
  if (g.logs != 0) exponent += Ball(g.logs) * log(log(x));
  return exp(exponent);
}

/// Upper bound of the derivative of log of the growth for X >= from: negative means falling.
double slope_bound(const Growth& g, double from) {
  const auto most = [](double v) { return std::fmax(v, 0); };
  // Each part at its largest: 3 c X^2 + 2 q X falls from the vertex on.
  const double c = g.cubic.value().upper(), q = g.quadratic.value().upper();
  if (c > 0 || (g.cubic.is_zero() && q > 0) || 3 * c * from + q > 0) return kInfinity;
  if (g.cubic.is_zero() && g.quadratic.is_zero() &&
      g.linear.is_zero())  // times X, which changes no sign
    return g.power + most(g.logs) / std::log(from);
  return (3 * c * from + 2 * q) * from + g.linear.value().upper() + most(g.power) / from +
         most(g.logs) / (from * std::log(from));
}

/// Bound of a growth for X >= from, which holds when it falls: [0, value at from].
std::optional<double> falling_bound(const Growth& g, double from) {
  const auto o = order(g);
  if (!o || *o > 0) return std::nullopt;
  if (*o == 0) return 1;
  const double slope = slope_bound(g, from);
  if (!(slope <= 0)) return std::nullopt;
  return at(g, from).upper() * (1 + 1e-12);
}

bool is_zero(const Term& t) { return t.factor.is(0); }

/// Every value of the term, X >= from.
Ball values(const Term& t, double from) {
  const auto bound = falling_bound(t.growth, from);
  if (!bound) return Ball::line();
  return order(t.growth) == 0 ? t.factor : t.factor * Ball::between(0, *bound);
}

}  // namespace

Rate::Rate(const Ball& value) {
  if (value.exact()) {
    exact_ = value;
  } else {
    int exponent = 0;
    const double middle = value.middle();
    std::frexp(middle, &exponent);
    const double times = std::copysign(std::ldexp(1.0, exponent - 1), middle);
    parts_.push_back({value * Ball(1 / times), times});
  }
  sum_up();
}

void Rate::sum_up() {
  std::erase_if(parts_, [](const Part& p) { return p.times == 0; });
  value_ = exact_;
  for (const Part& p : parts_) value_ += Ball(p.times) * p.unit;
}

std::optional<int> Rate::sign() const {
  if (value_.positive()) return 1;
  if (value_.negative()) return -1;
  return is_zero() ? std::optional<int>(0) : std::nullopt;
}

Rate operator+(const Rate& a, const Rate& b) {
  Rate out = a;
  out.exact_ += b.exact_;
  for (const Rate::Part& p : b.parts_) {
    const auto same = std::ranges::find_if(out.parts_, [&](const Rate::Part& q) {
      return q.unit.radius() == p.unit.radius() && (q.unit.center() - p.unit.center()).is(0);
    });
    if (same == out.parts_.end())
      out.parts_.push_back(p);
    else
      same->times += p.times;
  }
  out.sum_up();
  return out;
}

Rate operator*(double power_of_two, const Rate& a) {
  Rate out = a;
  out.exact_ = Ball(power_of_two) * a.exact_;
  for (Rate::Part& p : out.parts_) p.times *= power_of_two;
  out.sum_up();
  return out;
}

bool Tail::algebraic(const Growth& g) {
  return g.cubic.is_zero() && g.quadratic.is_zero() && g.linear.is_zero();
}
bool Tail::vanishes(const Growth& g) {
  const auto o = order(g);
  return o && *o < 0;
}

Tail Tail::number(const Ball& value, double from) {
  Tail out(from);
  if (!value.finite()) return unknown(from);
  out.add({value, {}, true, false});
  return out;
}

Tail Tail::variable(double side, double from) {
  Tail out(from);
  out.add({Ball(side), {{}, {}, {}, 1, 0}, true, false});
  return out;
}

Tail Tail::unknown(double from) {
  Tail out(from);
  out.known_ = false;
  return out;
}

void Tail::add(Term t) {
  if (!known_ || is_zero(t)) return;
  if (!t.factor.finite()) {
    known_ = false;
    return;
  }
  std::size_t i = 0;
  for (; i < terms_.size(); ++i) {
    const auto o = order(t.growth - terms_[i].growth);
    if (!o) {
      known_ = false;
      return;
    }
    if (*o > 0) break;
    if (*o < 0) continue;
    Term& own = terms_[i];
    own.oscillating = (own.oscillating && t.constant) || (t.oscillating && own.constant);
    own.factor = own.factor + t.factor;
    own.constant = own.constant && t.constant;
    if (is_zero(own)) terms_.erase(terms_.begin() + static_cast<std::ptrdiff_t>(i));
    return;
  }
  terms_.insert(terms_.begin() + static_cast<std::ptrdiff_t>(i), std::move(t));
  if (terms_.size() > kMaxTerms) shorten();
}

/// The smallest term goes into the one before it.
void Tail::shorten() {
  const Term last = terms_.back();
  Term& into = terms_[terms_.size() - 2];
  const auto bound = falling_bound(last.growth - into.growth, from_);
  if (!bound) {
    known_ = false;
    return;
  }
  into.factor = into.factor + last.factor * Ball::between(0, *bound);
  into.constant = false;
  terms_.pop_back();
}

Ball Tail::range() const {
  if (!known_) return Ball::line();
  Ball sum;
  for (const Term& t : terms_) sum += values(t, from_);
  return sum;
}

std::optional<Tail::Split> Tail::split() const {
  if (!known_ || terms_.empty() || terms_.front().factor.has_zero()) return std::nullopt;
  const Term& lead = terms_.front();
  Split out{lead, Tail(from_), Ball()};
  for (std::size_t i = 1; i < terms_.size(); ++i) {
    Term t = terms_[i];
    t.factor = t.factor / lead.factor;
    t.growth = t.growth - lead.growth;
    t.constant = t.constant && lead.constant;
    t.oscillating = t.oscillating && lead.constant;
    out.rest.add(std::move(t));
  }
  out.bound = out.rest.range();
  if (!certainly_less(abs(out.bound), Ball(1))) return std::nullopt;
  return out;
}

std::optional<int> Tail::sign() const {
  if (known_ && terms_.empty()) return 0;
  const auto s = split();
  if (!s) {
    const Ball all = range();
    if (all.positive()) return 1;
    if (all.negative()) return -1;
    return std::nullopt;
  }
  return s->lead.factor.positive() ? 1 : -1;
}

std::optional<Tail::Limit> Tail::limit() const {
  if (!known_) return std::nullopt;
  Limit out;
  for (const Term& t : terms_) {
    const auto o = order(t.growth);
    if (!o) return std::nullopt;
    if (*o < 0) break;
    if (*o > 0) {  // it leads; its sign decides
      if (t.factor.has_zero() || t.oscillating) return std::nullopt;
      out.infinite = t.factor.positive() ? 1 : -1;
      return out;
    }
    if (!t.constant) return std::nullopt;
    out.value = t.factor;
  }
  return out;
}

bool Tail::oscillating() const {
  if (!known_ || terms_.empty()) return false;
  const auto o = order(terms_.front().growth);
  return o && *o >= 0 && terms_.front().oscillating;
}

double Tail::integral_bound() const {
  if (!known_) return kInfinity;
  double sum = 0;
  for (const Term& t : terms_) {
    const auto bound = falling_bound(t.growth, from_);
    const double slope = slope_bound(t.growth, from_);
    if (!bound || !(slope < 0)) return kInfinity;
    double rate = -slope;
    const Growth& g = t.growth;
    if (g.cubic.is_zero() && g.quadratic.is_zero() &&
        g.linear.is_zero()) {  // int X^-p: X/(p - 1) at from
      const double p = -t.growth.power;
      if (p <= 1 || t.growth.logs > 0) return kInfinity;
      rate = (p - 1) / from_;
    }
    sum += abs(t.factor).upper() * *bound / rate * (1 + 1e-12);
  }
  return sum;
}

Tail operator+(const Tail& a, const Tail& b) {
  if (!a.known() || !b.known()) return Tail::unknown(a.from());
  Tail out = a;
  for (const Term& t : b.terms()) out.add(t);
  return out;
}

Tail operator-(const Tail& a) {
  if (!a.known()) return a;
  Tail out = Tail::number(Ball(), a.from());
  for (Term t : a.terms()) {
    t.factor = -t.factor;
    out.add(std::move(t));
  }
  return out;
}

Tail operator-(const Tail& a, const Tail& b) { return a + -b; }

Tail operator*(const Tail& a, const Tail& b) {
  const bool zero = (a.known() && a.terms().empty()) || (b.known() && b.terms().empty());
  Tail out = Tail::number(Ball(), a.from());
  if (zero) return out;
  if (!a.known() || !b.known()) return Tail::unknown(a.from());
  for (const Term& s : a.terms())
    for (const Term& t : b.terms()) {
      const auto fixed = [](const Term& u) { return u.constant && !u.factor.has_zero(); };
      const bool moving = (fixed(s) && t.oscillating) || (fixed(t) && s.oscillating);
      out.add({s.factor * t.factor, s.growth + t.growth, s.constant && t.constant, moving});
    }
  return out;
}

namespace {

/// 1 / h = (1 - rest + rest^2 / (1 + rest)) / lead.
Tail reciprocal(const Tail& a) {
  const auto s = a.split();
  if (!s) return Tail::unknown(a.from());
  Tail factor = Tail::number(Ball(1), a.from()) - s->rest;
  Tail last = Tail::number(Ball(), a.from());
  last.add({Ball(1) / (Ball(1) + s->bound), {}, false, false});
  factor = factor + s->rest * s->rest * last;
  Tail lead = Tail::number(Ball(), a.from());
  lead.add({Ball(1) / s->lead.factor, Growth{} - s->lead.growth, s->lead.constant, false});
  return factor * lead;
}

}  // namespace

Tail operator/(const Tail& a, const Tail& b) { return a * reciprocal(b); }

}  // namespace antigrad::space
