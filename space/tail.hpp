// What a function is proved to do far out: on |x| >= from, on one side, as a sum of terms
//   B X^power (log X)^logs exp(linear X + quadratic X^2 + cubic X^3),   X = |x|,
// where the ball B holds the term's factor at every such x. Row formulas run on tails as they run
// on numbers, which gives limits, slopes, asymptotes, signs and bounds at infinity.
#pragma once
#include <optional>
#include <vector>

#include "space/ball.hpp"
#include "space/expr.hpp"

namespace antigrad::space {

/// A coefficient of an exponent: sum of numbers times unknowns, exact, so that equal ones cancel.
/// An inexact ball is an unknown; two that agree to all their bits are taken as one.
class Rate {
 public:
  Rate() = default;
  explicit Rate(const Ball& value);
  const Ball& value() const { return value_; }
  bool is_zero() const { return exact_.is(0) && parts_.empty(); }
  std::optional<int> sign() const;
  friend Rate operator+(const Rate& a, const Rate& b);
  friend Rate operator*(double power_of_two, const Rate& a);

 private:
  struct Part {
    Ball unit;  // in [1, 2)
    double times;
  };
  Ball exact_, value_;
  std::vector<Part> parts_;
  void sum_up();
};

class Tail {
 public:
  /// How fast a term grows; compared in this order, later members decide between equals.
  struct Growth {
    Rate cubic, quadratic, linear;
    double power = 0, logs = 0;
  };
  struct Term {
    Ball factor;
    Growth growth;
    bool constant = true;      // the factor is one number, not a function of x
    bool oscillating = false;  // the factor goes on changing sign
  };

  /// A power of x and of log x, without an exponential.
  static bool algebraic(const Growth& growth);
  /// Whether such a term is proved to tend to 0.
  static bool vanishes(const Growth& growth);

  static Tail number(const Ball& value, double from);
  static Tail variable(double side, double from);  // x = side X
  static Tail unknown(double from);

  bool known() const { return known_; }
  double from() const { return from_; }
  /// Fastest growth first.
  const std::vector<Term>& terms() const { return terms_; }

  /// Holds every value; the whole line where it grows.
  Ball range() const;
  /// +1 or -1 where that is the sign of every value, 0 where all are 0.
  std::optional<int> sign() const;
  /// Where h goes: a finite ball around the limit, or an infinity. Nothing: not known, or
  /// oscillating().
  struct Limit {
    int infinite = 0;  // +1, -1: that infinity
    Ball value;        // else this
  };
  std::optional<Limit> limit() const;
  /// Whether it is proved to have no limit because it goes on oscillating.
  bool oscillating() const;
  /// Bound of the integral of |h| over X >= from; infinite where nothing is known.
  double integral_bound() const;

  /// The term with this one put in, kept sorted and short.
  void add(Term t);
  /// Leading growth and the rest: h = lead (1 + rest). Nothing where the lead may vanish or is not
  /// certain to lead.
  struct Split;
  std::optional<Split> split() const;

 private:
  explicit Tail(double from) : from_(from) {}
  bool known_ = true;
  double from_;
  std::vector<Term> terms_;
  void shorten();
};

struct Tail::Split {
  Term lead;
  Tail rest;   // |rest| < 1 everywhere
  Ball bound;  // holds its values
};

Tail operator+(const Tail& a, const Tail& b);
Tail operator-(const Tail& a, const Tail& b);
Tail operator*(const Tail& a, const Tail& b);
Tail operator/(const Tail& a, const Tail& b);
Tail operator-(const Tail& a);

Tail base_abs(const Tail& a);
Tail base_min(const Tail& a, const Tail& b);
Tail base_max(const Tail& a, const Tail& b);
Tail base_less(const Tail& a, const Tail& b, const Tail& c, const Tail& d);
Tail base_less_equal(const Tail& a, const Tail& b, const Tail& c, const Tail& d);
Tail base_copysign(const Tail& a, const Tail& b);
Tail base_sqrt(const Tail& a);
Tail base_exp(const Tail& a);
Tail base_expm1(const Tail& a);
Tail base_log1p(const Tail& a);
Tail base_erf(const Tail& a);
Tail base_erfc(const Tail& a);
Tail base_gaussian_cdf(const Tail& a);
Tail base_tanh(const Tail& a);
Tail base_atan(const Tail& a);
Tail base_sin(const Tail& a);
Tail base_cos(const Tail& a);
Tail base_sinc(const Tail& a);
Tail base_sinc_derivative(const Tail& a);
Tail base_dilog(const Tail& a);
Tail base_asinh(const Tail& a);
Tail base_sine_integral(const Tail& a);

inline auto constants(const Tail& a) {
  return [from = a.from()](double c) { return Tail::number(constant(c), from); };
}

inline Tail base_softplus(const Tail& a) { return base_log1p(base_exp(a)); }
inline Tail base_sigmoid(const Tail& a) {
  return constants(a)(1) / (constants(a)(1) + base_exp(-a));
}

/// e on side * x >= from.
Tail tail(const Expr& e, double side, double from, std::span<const Ball> theta = {});

}  // namespace antigrad::space
