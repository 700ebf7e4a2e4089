// Balls: numbers, their arithmetic and elementary functions.
#include "space/ball.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "space/arb/arb.hpp"

namespace antigrad::space {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The next number of kRadiusBits bits: balls of such radii are exact.
constexpr int kRadiusBits = 30;
double short_radius(double radius) {
  int exponent = 0;
  const double mantissa = std::frexp(radius, &exponent);
  return std::ldexp(std::ceil(std::ldexp(mantissa, kRadiusBits)), exponent - kRadiusBits);
}

double rounded(const arb_t a, bool upper) {
  arf_t bound;
  arf_init(bound);
  if (upper)
    arb_get_ubound_arf(bound, a, kBits);
  else
    arb_get_lbound_arf(bound, a, kBits);
  const double v = arf_get_d(bound, upper ? ARF_RND_CEIL : ARF_RND_FLOOR);
  arf_clear(bound);
  return v;
}

}  // namespace

Ball::Ball() : raw_{} { arb_init(raw(*this)); }
Ball::Ball(double exact) : Ball() {
  if (std::isfinite(exact))
    arb_set_d(raw(*this), exact);
  else
    arb_zero_pm_inf(raw(*this));
}
Ball::Ball(const Ball& other) : Ball() { arb_set(raw(*this), raw(other)); }
Ball::Ball(Ball&& other) noexcept : Ball() { arb_swap(raw(*this), raw(other)); }
Ball& Ball::operator=(const Ball& other) {
  arb_set(raw(*this), raw(other));
  return *this;
}
Ball& Ball::operator=(Ball&& other) noexcept {
  arb_swap(raw(*this), raw(other));
  return *this;
}
Ball::~Ball() { arb_clear(raw(*this)); }

Ball Ball::line() { return Ball(kInfinity); }
Ball Ball::between(double lo, double hi) {
  if (!std::isfinite(lo) || !std::isfinite(hi)) return line();
  const double width = hi - lo,
               from = hi - width;  // the rest of a two-sum: what rounding took away
  const double rest = (hi - (width + from)) + (from - lo);
  return around(apply(arb_add, Ball(lo), Ball(hi)) * Ball(0.5),
                0.5 * (rest > 0 ? std::nextafter(width, kInfinity) : width));
}
Ball Ball::after(double lo, double width) {
  const double radius = short_radius(0.5 * width);
  return around(apply(arb_add, Ball(lo), Ball(radius)), radius);
}
Ball Ball::before(double hi, double width) {
  const double radius = short_radius(0.5 * width);
  return around(apply(arb_sub, Ball(hi), Ball(radius)), radius);
}
Ball Ball::around(const Ball& middle, double radius) {
  Ball out = middle;
  int exponent = 0;
  const double bits = std::ldexp(std::frexp(short_radius(radius), &exponent), kRadiusBits);
  mag_t more;
  mag_init(more);
  mag_set_ui_2exp_si(more, static_cast<ulong>(bits), exponent - kRadiusBits);
  if (out.exact())
    mag_set(arb_radref(raw(out)), more);
  else
    mag_add(arb_radref(raw(out)), arb_radref(raw(out)), more);
  mag_clear(more);
  return out;
}

double Ball::lower() const { return finite() ? rounded(raw(*this), false) : -kInfinity; }
double Ball::upper() const { return finite() ? rounded(raw(*this), true) : kInfinity; }
double Ball::middle() const { return arf_get_d(arb_midref(raw(*this)), ARF_RND_NEAR); }
double Ball::radius() const { return finite() ? mag_get_d(arb_radref(raw(*this))) : kInfinity; }
Ball Ball::center() const {
  Ball out;
  arb_get_mid_arb(raw(out), raw(*this));
  return out;
}
bool Ball::finite() const { return arb_is_finite(raw(*this)); }
bool Ball::exact() const { return arb_is_exact(raw(*this)); }
bool Ball::has_zero() const { return arb_contains_zero(raw(*this)); }
bool Ball::is(double v) const { return exact() && arf_equal_d(arb_midref(raw(*this)), v); }
int Ball::lower_sign() const { return arb_is_positive(raw(*this)) ? 1 : 0; }
int Ball::upper_sign() const { return arb_is_negative(raw(*this)) ? -1 : 0; }

Ball operator+(const Ball& a, const Ball& b) { return apply(arb_add, a, b); }
Ball operator-(const Ball& a, const Ball& b) { return apply(arb_sub, a, b); }
Ball operator*(const Ball& a, const Ball& b) {
  if (a.is(0) || b.is(0)) return Ball();  // a formula's values are finite reals
  return apply(arb_mul, a, b);
}
Ball operator/(const Ball& a, const Ball& b) { return apply(arb_div, a, b); }
Ball operator-(const Ball& a) {
  Ball out;
  arb_neg(raw(out), raw(a));
  return out;
}

bool certainly_less(const Ball& a, const Ball& b) { return arb_lt(raw(a), raw(b)); }
bool certainly_less_equal(const Ball& a, const Ball& b) { return arb_le(raw(a), raw(b)); }
Ball hull(const Ball& a, const Ball& b) { return apply(arb_union, a, b); }
Ball intersection(const Ball& a, const Ball& b) {
  Ball out;
  return arb_intersection(raw(out), raw(a), raw(b), kBits) ? out : a;
}

Ball constant(double c) {
  struct Known {
    double nearest;
    Ball exact;
  };
  static const std::array<Known, 8> known = [] {
    Ball pi, e;
    arb_const_pi(raw(pi), kBits);
    arb_const_e(raw(e), kBits);
    const Ball root = sqrt(pi), one(1), two(2);
    return std::array<Known, 8>{{{1.5707963267948966, pi / two},
                                 {0.6931471805599453, log(two)},
                                 {1.772453850905516, root},
                                 {0.5641895835477563, one / root},
                                 {0.7071067811865476, one / sqrt(two)},
                                 {0.3989422804014327, one / sqrt(two * pi)},
                                 {0.7978845608028654, sqrt(two / pi)},
                                 {2.718281828459045, e}}};
  }();
  const double size = std::fabs(c);
  int power = 0;
  const double mantissa = std::frexp(size, &power);
  for (const Known& k : known) {
    int own = 0;
    if (std::frexp(k.nearest, &own) != mantissa) continue;
    const Ball real = k.exact * Ball(std::ldexp(1.0, power - own));
    return hull(Ball(c), c < 0 ? -real : real);
  }
  return Ball(c);
}

Ball abs(const Ball& a) {
  return apply([](arb_t y, const arb_t x, slong) { arb_abs(y, x); }, a);
}
Ball square(const Ball& a) {
  // The square of a ball around 0 is not negative: |a| first.
  Ball size;
  arb_abs(raw(size), raw(a));
  if (a.has_zero() && a.finite()) {
    const double top = std::fmax(std::fabs(a.lower()), std::fabs(a.upper()));
    return Ball::between(0, top * top * (1 + 1e-15));
  }
  return apply(arb_sqr, a);
}
Ball pow(const Ball& a, int n) {
  if (n < 0) return Ball(1) / pow(a, -n);
  Ball out(1);
  const Ball even = square(a);
  for (int k = 0; k < n / 2; ++k) out = out * even;
  return n % 2 ? out * a : out;
}
Ball sqrt(const Ball& a) { return apply(arb_sqrt, a); }
Ball exp(const Ball& a) { return apply(arb_exp, a); }
Ball expm1(const Ball& a) { return apply(arb_expm1, a); }
Ball log(const Ball& a) { return apply(arb_log, a); }
Ball log1p(const Ball& a) { return apply(arb_log1p, a); }
Ball erf(const Ball& a) { return apply(arb_hypgeom_erf, a); }
Ball erfc(const Ball& a) { return apply(arb_hypgeom_erfc, a); }
Ball gaussian_cdf(const Ball& a) { return Ball(0.5) * erfc(-a / sqrt(Ball(2))); }
Ball tanh(const Ball& a) { return apply(arb_tanh, a); }
Ball atan(const Ball& a) { return apply(arb_atan, a); }
Ball sin(const Ball& a) { return apply(arb_sin, a); }
Ball cos(const Ball& a) { return apply(arb_cos, a); }

}  // namespace antigrad::space
