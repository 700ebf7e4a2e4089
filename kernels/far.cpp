#include "kernels/far.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "space/tail.hpp"

namespace antigrad::kernels {
namespace {

using space::Builder;
using space::Expr;
using space::Sym;
using space::Tail;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What is proved of e towards one infinity: a finite limit, or an infinite one and, where e grows
/// linearly, its slope.
struct Proved {
  double limit;
  std::optional<double> slope;
};

/// The middle of a ball that is one double, but for rounding.
std::optional<double> number(const space::Ball& b) {
  const double middle = b.middle();
  if (!(b.radius() <= 1e-12 * std::fmax(1, std::fabs(middle)))) return std::nullopt;
  return middle;
}

std::optional<Proved> proved(const Expr& e, double side, std::span<const double> starts) {
  constexpr double kFrom = 0x1p16;  // beyond all kinks, or nothing is known
  const std::vector<space::Ball> theta(starts.begin(), starts.end());
  const Tail far = space::tail(e, side, kFrom, theta);
  const auto limit = far.limit();
  if (!limit) return std::nullopt;
  if (limit->infinite == 0) {
    const auto value = number(limit->value);
    return value ? std::optional(Proved{*value, {}}) : std::nullopt;
  }
  const auto slope = (far / Tail::variable(side, kFrom)).limit();
  if (!slope || slope->infinite != 0) return Proved{limit->infinite * kInfinity, {}};
  return Proved{limit->infinite * kInfinity, number(slope->value)};
}

/// e in the arithmetic that the kernel has.
class Computed {
 public:
  Computed(const Expr& e, std::span<const double> starts, bool wide)
      : e_(e), starts_(starts), wide_(wide) {}

  double operator()(double x) const { return wide_ ? value<double>(x) : value<float>(x); }
  double most() const {
    return wide_ ? std::numeric_limits<double>::max()
                 : static_cast<double>(std::numeric_limits<float>::max());
  }
  double step() const { return wide_ ? 0x1p64 : 0x1p7; }
  double tolerance() const { return wide_ ? 0x1p-45 : 0x1p-18; }
  std::vector<double> borders() const {
    if (wide_) return {0x1p100, 0x1p60, 0x1p40};
    return {0x1p40, 0x1p30, 0x1p24, 0x1p16};
  }

  /// Whether e(x) is what is proved, for x far out.
  bool right(double x, const Proved& want) const {
    const double y = (*this)(x);
    if (std::isfinite(want.limit))
      return std::fabs(y - want.limit) <= tolerance() * std::fmax(1, std::fabs(want.limit));
    if (std::isinf(x) || !want.slope || *want.slope == 0)
      return std::isinf(x) ? y == want.limit : y * std::copysign(1, want.limit) > 0;
    const double line = *want.slope * x;
    if (std::fabs(line) > most() * (1 - tolerance()))
      return y * std::copysign(1, line) > 0.5 * most();
    return std::fabs(y - line) <= tolerance() * std::fabs(line);
  }

 private:
  template <class T>
  double value(double at) const {
    const T x = static_cast<T>(at);
    const std::vector<T> theta(starts_.begin(), starts_.end());
    T y = 0;
    space::evaluate<T>(e_, std::span(&x, 1), theta, std::span(&y, 1));
    return static_cast<double>(y);
  }

  const Expr& e_;
  const std::span<const double> starts_;
  const bool wide_;
};

/// How e is continued beyond `at`: by `limit` (which may be infinite), by its value there, by the
/// line through 0 and its value there, by an infinity of the sign that it has at kSigned (0 where
/// it is 0 there).
struct End {
  enum class Form { as_written, limit, value, line, infinity } form = Form::as_written;
  double at = 0, limit = 0;
  bool may_vanish = false;  // of a line: for some parameters it is the value at `at`
  bool only_nan = false;    // where e is NaN, else it is e
};

constexpr double kNoSlope = 0x1p20;  // at 2^60 a line is larger
constexpr double kSigned = 0x1p40;   // |x| where no cube overflows

/// Where e is asked how it goes on beyond `end`.
double anchor(const End& end) {
  return end.form == End::Form::infinity ? std::copysign(kSigned, end.at) : end.at;
}

using space::symbolic::abs;
using space::symbolic::less;
double abs(double a) { return std::fabs(a); }
double less(double a, double b, double c, double d) { return a < b ? c : d; }

/// What stands beyond `end`, there: e at its anchor; in numbers or as a formula, whose literals
/// `number` makes.
template <class V, class Number>
V beyond(const End& end, V x, V there, const Number& number) {
  switch (end.form) {
    case End::Form::limit: return number(end.limit);
    case End::Form::infinity: return less(number(0), abs(there), there * number(kInfinity), there);
    case End::Form::line: {
      const V line = there * number(1 / end.at) * x;
      return end.may_vanish ? less(number(kNoSlope), abs(there), line, there) : line;
    }
    default: return there;
  }
}

/// Whether e looks right far out, which needs no proof (a proof costs as much as compiling): it
/// stays at its value at infinity, or grows to an infinity as one power of x, or faster than any.
bool plausible(const Computed& e, double side) {
  const double end = e(side * kInfinity), first = e.borders().front();
  if (std::isnan(end)) return false;
  double before = first, last = e(side * first), power = 0;
  if (std::isinf(end) && !(std::fabs(last) > 1024)) return false;  // it may yet be going to 0
  for (double x = before; x < e.most();) {
    x = std::fmin(x * e.step(), e.most());
    const double y = e(side * x), octaves = std::log2(x / before);
    if (std::isfinite(end)) {
      if (!(std::fabs(y - end) <= e.tolerance() * std::fmax(1, std::fabs(end)))) return false;
    } else if (last != end) {
      const double grown = std::fabs(last) * std::exp2(power * octaves);
      if (y == end) return power > 0 && grown > e.most();
      const double now = std::log2(y / last) / octaves;
      if (!(y * end > 0 && now > 0.1 && (power == 0 || std::fabs(now - power) < 1e-3)))
        return false;
      power = now;
    } else if (y != end) {
      return false;
    }
    before = x, last = y;
  }
  return true;
}

bool right_while_finite(const Computed& e, double side, const Proved& want) {
  for (double x = 2 * e.borders().front(); x < e.most(); x *= e.step())
    if (!e.right(side * x, want)) return false;
  return e.right(side * e.most(), want);
}

bool reads(const Expr& e, space::Op op) {
  return std::ranges::any_of(e.nodes, [op](const space::Node& n) { return n.op == op; });
}

/// A start may hide a slope: p x with p = 0.
std::optional<End> hidden_line(const Expr& expr, double side, std::span<const double> starts,
                               bool wide) {
  constexpr double kAt = 0x1p60, kStep = 0x1p-6;
  std::vector<double> moved(starts.begin(), starts.end());
  for (std::size_t k = 0; k < moved.size(); ++k) moved[k] += kStep * static_cast<double>(k + 1);
  const auto want = proved(expr, side, moved);
  if (!want || !want->slope || *want->slope == 0) return std::nullopt;
  if (!Computed(expr, moved, wide).right(side * kAt, *want)) return std::nullopt;
  return End{End::Form::line, side * kAt, want->limit, true};
}

End end_at_starts(const Expr& expr, double side, std::span<const double> starts, bool wide) {
  const Computed e(expr, starts, wide);
  if (plausible(e, side)) return {};
  const auto want = proved(expr, side, starts);
  if (!want) return {};
  if (right_while_finite(e, side, *want)) {
    if (e.right(side * kInfinity, *want)) return {};
    const auto form = reads(expr, space::Op::Param) ? End::Form::infinity : End::Form::limit;
    if (std::isinf(want->limit)) return {form, side * e.most(), want->limit};
  }
  const bool infinite = std::isinf(want->limit), line = want->slope && *want->slope != 0;
  const bool varies = infinite || reads(expr, space::Op::Param);
  for (const double border : e.borders()) {
    const double at = side * border, y = e(at);
    const bool good = infinite && !line ? y == want->limit : e.right(at, *want);
    if (good)
      return {line     ? End::Form::line
              : varies ? End::Form::value
                       : End::Form::limit,
              at, want->limit};
  }
  const double at = side * e.borders().front();  // large terms of opposite signs overflow beyond
  if (infinite && !line && e.right(at, *want))
    return {End::Form::infinity, at, want->limit, false, true};
  return {};
}

End end_of(const Expr& expr, double side, std::span<const double> starts, bool wide) {
  const End end = end_at_starts(expr, side, starts, wide);
  if (end.form != End::Form::value || std::isinf(end.limit)) return end;
  return hidden_line(expr, side, starts, wide).value_or(end);
}

/// What e is on `side` when it is continued by `end`.
double continued(const Computed& e, const End& end, double x) {
  const bool outside = end.form != End::Form::as_written && std::fabs(x) > std::fabs(end.at);
  if (!outside || (end.only_nan && !std::isnan(e(x)))) return e(x);
  return beyond(end, x, e(anchor(end)), [](double v) { return v; });
}

/// Whether e continued by `end` is what it is continued by `own`, wherever that is a number.
bool serves(const End& end, const End& own, const Computed& e, double side) {
  const auto agree = [&](double x) {
    const double want = continued(e, own, side * x), got = continued(e, end, side * x);
    const bool huge = std::fmin(std::fabs(got), std::fabs(want)) > 0.5 * e.most();
    return got == want || std::isnan(want) || (huge && (got > 0) == (want > 0)) ||
           std::fabs(got - want) <= e.tolerance() * std::fmax(1, std::fabs(want));
  };
  for (double x = 2 * e.borders().back(); x < e.most(); x *= e.step())
    if (!agree(x)) return false;
  return agree(e.most()) && agree(kInfinity);
}

/// One for all rows: that of one of them, or the line or level that a value far out begins, there
/// or where e is NaN.
End common_end(const Expr& expr, double side, const Thetas& thetas, bool wide) {
  std::vector<End> own, tried;
  for (const auto& theta : thetas) own.push_back(end_of(expr, side, theta, wide));
  if (own.size() == 1) return own.front();
  tried = own;
  for (const bool only_nan : {false, true})
    for (const double border : Computed(expr, thetas.front(), wide).borders())
      tried.push_back({End::Form::line, side * border, 0, true, only_nan});
  for (const End& end : tried) {
    bool right = true;
    for (std::size_t k = 0; k < own.size() && right; ++k)
      right = serves(end, own[k], Computed(expr, thetas[k], wide), side);
    if (right) return end;
  }
  return own.front();
}

/// Infinity is no literal.
Sym literal(Builder& b, double v) {
  return std::isfinite(v) ? b.literal(v) : b.literal(std::copysign(1, v)) / b.literal(0);
}

bool clamps(const End& end) { return end.form == End::Form::value; }

/// y where `end` says nothing, which NaN does not reach; e: a formula at any node.
template <class Formula>
Sym with_end(const End& end, Sym x, const Formula& e, Sym y) {
  if (end.form == End::Form::as_written || clamps(end)) return y;
  Builder& b = *x.builder;
  const Sym border = b.literal(end.at);
  const Sym there = end.form == End::Form::limit ? y : e(b.literal(anchor(end)));
  Sym out = beyond(end, x, there, [&](double v) { return literal(b, v); });
  if (end.only_nan) out = space::symbolic::less_equal(y, y, y, out);
  return end.at < 0 ? less(x, border, out, y) : less(border, x, out, y);
}

}  // namespace

Limited insert_with_limits(Builder& b, const Expr& e, const Thetas& thetas, bool wide) {
  double reach = kInfinity;
  if (!reads(e, space::Op::Var)) return {b.inline_expr(e, {}).front(), reach};
  const End ends[] = {common_end(e, -1, thetas, wide), common_end(e, 1, thetas, wide)};
  const auto value = [&](Sym at) { return b.inline_expr(e, std::span(&at, 1)).front(); };
  const Sym x = b.variable(0);
  Sym inside = x;
  for (const End& end : ends) {
    if (!clamps(end)) continue;
    const Sym border = b.literal(end.at);
    inside =
        end.at < 0 ? space::symbolic::max(border, inside) : space::symbolic::min(border, inside);
  }
  Sym y = value(inside);
  for (const End& end : ends) {
    if (end.form != End::Form::as_written) reach = std::min(reach, std::fabs(end.at));
    y = with_end(end, x, value, y);
  }
  return {y, reach};
}

}  // namespace antigrad::kernels
