// Ball arithmetic: real numbers with a proved error, and power series of them. The two classes
// stand for FLINT/Arb, which only space/arb sees. Every operation returns a ball that holds the
// exact result for every point of its operands; what is not defined gives the whole line.
#pragma once
#include <array>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace antigrad::space {

/// middle +- radius, 128 bits. A value of 48 bytes.
class Ball {
 public:
  Ball();              // 0
  Ball(double exact);  // NOLINT: numbers are balls. NaN gives the whole line; an infinity too.
  // Holds [lo, hi]: exactly that where half its width has 30 bits, else up to 2^-30 of its width
  // more. Infinite ends give the whole line.
  static Ball between(double lo, double hi);
  static Ball around(const Ball& middle, double radius);
  // An interval that begins (ends) exactly there, at most 2^-29 of its width wider than asked.
  static Ball after(double lo, double width);
  static Ball before(double hi, double width);
  static Ball line();  // every real number
  Ball(const Ball& other);
  Ball(Ball&& other) noexcept;
  Ball& operator=(const Ball& other);
  Ball& operator=(Ball&& other) noexcept;
  ~Ball();

  double lower() const;   // rounded down
  double upper() const;   // rounded up
  double middle() const;  // to nearest
  double radius() const;  // exactly
  Ball center() const;    // the middle, exactly
  bool finite() const;
  bool exact() const;  // radius 0
  bool has_zero() const;
  bool positive() const { return lower_sign() > 0; }  // every point is
  bool negative() const { return upper_sign() < 0; }
  bool is(double v) const;  // exactly v, radius 0

 private:
  friend struct BallAccess;
  int lower_sign() const;
  int upper_sign() const;
  alignas(8) std::array<unsigned char, 48> raw_;
};

Ball operator+(const Ball& a, const Ball& b);
Ball operator-(const Ball& a, const Ball& b);
Ball operator*(const Ball& a, const Ball& b);
Ball operator/(const Ball& a, const Ball& b);
Ball operator-(const Ball& a);
inline Ball& operator+=(Ball& a, const Ball& b) { return a = a + b; }

/// a < b (a <= b) for every point of both.
bool certainly_less(const Ball& a, const Ball& b);
bool certainly_less_equal(const Ball& a, const Ball& b);
Ball hull(const Ball& a, const Ball& b);
/// What both hold; `a` where rounding leaves nothing.
Ball intersection(const Ball& a, const Ball& b);
/// A double as the formula means it: where it is the double nearest to pi/2, ln 2, sqrt(pi),
/// 1/sqrt(pi), 1/sqrt(2), 1/sqrt(2 pi), pi, e, or one of them times a power of two, the ball holds
/// the double and the real number; any other double is exact.
Ball constant(double c);

Ball abs(const Ball& a);
Ball square(const Ball& a);
Ball pow(const Ball& a, int n);
Ball sqrt(const Ball& a);
Ball exp(const Ball& a);
Ball expm1(const Ball& a);
Ball log(const Ball& a);
Ball log1p(const Ball& a);
Ball erf(const Ball& a);
Ball erfc(const Ball& a);
Ball gaussian_cdf(const Ball& a);
Ball tanh(const Ball& a);
Ball atan(const Ball& a);
Ball sin(const Ball& a);
Ball cos(const Ball& a);

/// Which side each comparison inside a formula took, in the order of evaluation. A comparison of
/// balls may be undecided; a second evaluation can then be made to take given sides.
struct Switches {
  std::vector<signed char> forced;  // by number of the comparison; beyond its end nothing is forced
  std::vector<signed char> taken;   // 1: true, 0: false, -1: undecided
  bool undecided = false;
  std::vector<Ball> differences;  // of the two sides of each comparison
  // For an interval of which one end has been evaluated: its differences, and on which side of it
  // the interval lies (+1, -1). They decide what the slope of a difference carries on.
  std::vector<Ball> at_end;
  double side = 0;
};

/// The first n coefficients of a power series in t: of x -> h(x) around a point or, with an
/// interval as the point, the coefficients around every point of it.
class Jet {
 public:
  Jet();
  /// v + slope t, n coefficients (n >= 1).
  Jet(const Ball& v, const Ball& slope, int n, Switches* switches = nullptr);
  Jet(const Jet& other);
  Jet(Jet&& other) noexcept;
  Jet& operator=(const Jet& other);
  Jet& operator=(Jet&& other) noexcept;
  ~Jet();

  int size() const { return size_; }
  Ball operator[](int k) const;  // coefficient of t^k
  Switches* switches() const { return switches_; }
  /// The series whose derivative is this one and whose first coefficient is v.
  Jet integral(const Ball& v) const;

 private:
  friend struct BallAccess;
  alignas(8) std::array<unsigned char, 24> raw_;
  int size_;
  Switches* switches_;
};

Jet operator+(const Jet& a, const Jet& b);
Jet operator-(const Jet& a, const Jet& b);
Jet operator*(const Jet& a, const Jet& b);
Jet operator/(const Jet& a, const Jet& b);
Jet operator-(const Jet& a);
Jet derivative(const Jet& a);  // the last coefficient is not known, and 0
/// t -> outer(inner(t) - inner(0)): outer is a series around inner(0).
Jet compose(const Jet& outer, const Jet& inner);

// What row formulas call. A comparison that the balls leave undecided gives the hull of both
// values, with nothing known of the other coefficients. On an interval whose end is the border, the
// side of its inner points counts.
Ball base_abs(const Ball& a);
Ball base_min(const Ball& a, const Ball& b);
Ball base_max(const Ball& a, const Ball& b);
Ball base_less(const Ball& a, const Ball& b, const Ball& c, const Ball& d);
Ball base_less_equal(const Ball& a, const Ball& b, const Ball& c, const Ball& d);
Ball base_copysign(const Ball& a, const Ball& b);
Jet base_abs(const Jet& a);
Jet base_min(const Jet& a, const Jet& b);
Jet base_max(const Jet& a, const Jet& b);
Jet base_less(const Jet& a, const Jet& b, const Jet& c, const Jet& d);
Jet base_less_equal(const Jet& a, const Jet& b, const Jet& c, const Jet& d);
Jet base_copysign(const Jet& a, const Jet& b);
#define ANTIGRAD_BASE(NAME)        \
  Ball base_##NAME(const Ball& a); \
  Jet base_##NAME(const Jet& a);
ANTIGRAD_BASE(sqrt)
ANTIGRAD_BASE(exp)
ANTIGRAD_BASE(expm1)
ANTIGRAD_BASE(log1p)
ANTIGRAD_BASE(erf)
ANTIGRAD_BASE(erfc)
ANTIGRAD_BASE(gaussian_cdf)
ANTIGRAD_BASE(tanh)
ANTIGRAD_BASE(atan)
ANTIGRAD_BASE(sin)
ANTIGRAD_BASE(cos)
ANTIGRAD_BASE(sinc)
ANTIGRAD_BASE(sinc_derivative)
ANTIGRAD_BASE(dilog)
ANTIGRAD_BASE(asinh)
ANTIGRAD_BASE(softplus)
ANTIGRAD_BASE(sigmoid)
ANTIGRAD_BASE(rsqrt)
ANTIGRAD_BASE(sine_integral)
#undef ANTIGRAD_BASE

// Nothing is proved of what only machine code needs.
template <class T>
T base_fma(const T& a, const T& b, const T& c) {
  return a * b + c;
}
template <class T>
T base_round(const T& a) {
  return a * constants(a)(std::numeric_limits<double>::infinity());
}
template <class T>
T base_exponent(const T& a) {
  return base_round(a);
}
template <class T>
T base_scale2(const T& a, const T&) {
  return base_round(a);
}

inline auto constants(const Ball&) {
  return [](double c) { return constant(c); };
}
inline auto constants(const Jet& a) {
  return [n = a.size(), s = a.switches()](double c) { return Jet(constant(c), Ball(), n, s); };
}

}  // namespace antigrad::space
