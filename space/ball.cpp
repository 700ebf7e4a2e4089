// The only file that sees FLINT/Arb.
#include "space/ball.hpp"

#include <arb.h>
#include <arb_hypgeom.h>
#include <arb_poly.h>

#include <cmath>
#include <limits>
#include <utility>
#include <vector>

namespace antigrad::space {
namespace {

constexpr slong kBits = 128;  // two limbs: a ball allocates nothing
constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

struct BallAccess {
  static arb_ptr of(Ball& b) { return reinterpret_cast<arb_ptr>(b.raw_.data()); }
  static arb_srcptr of(const Ball& b) { return reinterpret_cast<arb_srcptr>(b.raw_.data()); }
  static arb_poly_struct* of(Jet& j) { return reinterpret_cast<arb_poly_struct*>(j.raw_.data()); }
  static const arb_poly_struct* of(const Jet& j) {
    return reinterpret_cast<const arb_poly_struct*>(j.raw_.data());
  }
  /// A jet like `j` with nothing in it yet.
  static Jet like(const Jet& j) {
    Jet out;
    out.size_ = j.size_;
    out.switches_ = j.switches_;
    return out;
  }
};
static_assert(sizeof(arb_struct) == 48 && sizeof(arb_poly_struct) == 24);

namespace {

arb_ptr raw(Ball& b) { return BallAccess::of(b); }
arb_srcptr raw(const Ball& b) { return BallAccess::of(b); }
arb_poly_struct* raw(Jet& j) { return BallAccess::of(j); }
const arb_poly_struct* raw(const Jet& j) { return BallAccess::of(j); }

/// What is not a number has any value.
Ball checked(Ball b) {
  if (arf_is_nan(arb_midref(raw(b)))) arb_zero_pm_inf(raw(b));
  return b;
}

template <class Function, class... Operands>
Ball apply(const Function& function, const Operands&... operands) {
  Ball out;
  function(raw(out), raw(operands)..., kBits);
  return checked(std::move(out));
}

template <class Function, class... Operands>
Jet apply_series(const Function& function, const Jet& a, const Operands&... operands) {
  Jet out = BallAccess::like(a);
  function(raw(out), raw(a), raw(operands)..., a.size(), kBits);
  return out;
}

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

Jet::Jet() : raw_{}, size_(1), switches_(nullptr) { arb_poly_init(raw(*this)); }
Jet::Jet(const Ball& v, const Ball& slope, int n, Switches* switches) : Jet() {
  size_ = n;
  switches_ = switches;
  arb_poly_set_coeff_arb(raw(*this), 0, raw(v));
  if (n > 1) arb_poly_set_coeff_arb(raw(*this), 1, raw(slope));
}
Jet::Jet(const Jet& other) : Jet() { *this = other; }
Jet::Jet(Jet&& other) noexcept : Jet() { *this = std::move(other); }
Jet& Jet::operator=(const Jet& other) {
  arb_poly_set(raw(*this), raw(other));
  size_ = other.size_;
  switches_ = other.switches_;
  return *this;
}
Jet& Jet::operator=(Jet&& other) noexcept {
  arb_poly_swap(raw(*this), raw(other));
  size_ = other.size_;
  switches_ = other.switches_;
  return *this;
}
Jet::~Jet() { arb_poly_clear(raw(*this)); }

Ball Jet::operator[](int k) const {
  Ball out;
  arb_poly_get_coeff_arb(raw(out), raw(*this), k);
  return checked(std::move(out));
}

Jet Jet::integral(const Ball& v) const {
  Jet out = *this;
  arb_poly_integral(raw(out), raw(*this), kBits);
  arb_poly_set_coeff_arb(raw(out), 0, raw(v));
  arb_poly_truncate(raw(out), size_);
  return out;
}

Jet operator+(const Jet& a, const Jet& b) { return apply_series(arb_poly_add_series, a, b); }
Jet operator-(const Jet& a, const Jet& b) { return apply_series(arb_poly_sub_series, a, b); }
Jet operator*(const Jet& a, const Jet& b) { return apply_series(arb_poly_mullow, a, b); }
Jet operator/(const Jet& a, const Jet& b) {
  if (!b[0].has_zero()) return apply_series(arb_poly_div_series, a, b);
  Jet out = a;
  for (int k = 0; k < a.size(); ++k) arb_poly_set_coeff_arb(raw(out), k, raw(Ball::line()));
  return out;
}
Jet operator-(const Jet& a) {
  Jet out = a;
  arb_poly_neg(raw(out), raw(a));
  return out;
}

Jet derivative(const Jet& a) {
  Jet out = BallAccess::like(a);
  arb_poly_derivative(raw(out), raw(a), kBits);
  return out;
}
Jet compose(const Jet& outer, const Jet& inner) {
  Jet moving = inner, out = BallAccess::like(inner);
  arb_poly_set_coeff_si(raw(moving), 0, 0);
  arb_poly_compose_series(raw(out), raw(outer), raw(moving), inner.size(), kBits);
  return out;
}

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

/// A jet computed from the first coefficient and the derivative of the whole.
template <class Function, class Slope>
Jet from_slope(const Jet& a, const Function& function, const Slope& slope) {
  return (slope(a) * derivative(a)).integral(function(a[0]));
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

Ball base_sqrt(const Ball& a) { return sqrt(a); }
Ball base_exp(const Ball& a) { return exp(a); }
Ball base_expm1(const Ball& a) { return expm1(a); }
Ball base_log1p(const Ball& a) { return log1p(a); }
Ball base_erf(const Ball& a) { return erf(a); }
Ball base_erfc(const Ball& a) { return erfc(a); }
Ball base_gaussian_cdf(const Ball& a) { return gaussian_cdf(a); }
Ball base_tanh(const Ball& a) { return tanh(a); }
Ball base_atan(const Ball& a) { return atan(a); }
Ball base_sin(const Ball& a) { return sin(a); }
Ball base_cos(const Ball& a) { return cos(a); }
Ball base_sinc(const Ball& a) { return apply(arb_sinc, a); }
Ball base_sinc_derivative(const Ball& a) { return base_sinc(Jet(a, Ball(1), 2))[1]; }
Ball base_dilog(const Ball& a) { return apply(arb_hypgeom_dilog, a); }
Ball base_softplus(const Ball& a) { return a.positive() ? a + log1p(exp(-a)) : log1p(exp(a)); }
Ball base_sigmoid(const Ball& a) {
  const Ball e = exp(a.positive() ? -a : a);
  return a.positive() ? Ball(1) / (Ball(1) + e) : e / (Ball(1) + e);
}
Ball base_rsqrt(const Ball& a) { return apply(arb_rsqrt, a); }
Ball base_asinh(const Ball& a) { return apply(arb_asinh, a); }
Ball base_sine_integral(const Ball& a) { return apply(arb_hypgeom_si, a); }

/// a^(half / 2), first its value at 0: y' a = half/2 a' y, coefficient by coefficient, so a series
/// a of few coefficients costs little.
Jet half_power(const Jet& a, int half, const Ball& first_one) {
  if (a[0].has_zero()) {
    Jet out = a;
    for (int k = 0; k < a.size(); ++k) arb_poly_set_coeff_arb(raw(out), k, raw(Ball::line()));
    return out;
  }
  std::vector<Ball> p, y{first_one};
  for (slong k = 0; k < arb_poly_length(raw(a)); ++k) p.push_back(a[static_cast<int>(k)]);
  const Ball inverse = Ball(1) / p[0];
  for (int k = 1; k < a.size(); ++k) {
    Ball sum;
    for (int j = 1; j <= k && j < static_cast<int>(p.size()); ++j)
      sum += Ball(0.5 * (half + 2) * j - k) *
             (p[static_cast<std::size_t>(j)] * y[static_cast<std::size_t>(k - j)]);
    y.push_back(sum * inverse / Ball(k));
  }
  Jet out = BallAccess::like(a);
  for (std::size_t k = y.size(); k-- > 0;)
    arb_poly_set_coeff_arb(raw(out), static_cast<slong>(k), raw(y[k]));
  return out;
}
Jet base_sqrt(const Jet& a) { return half_power(a, 1, sqrt(a[0])); }
Jet base_rsqrt(const Jet& a) { return half_power(a, -1, base_rsqrt(a[0])); }
Jet base_exp(const Jet& a) { return apply_series(arb_poly_exp_series, a); }
Jet base_expm1(const Jet& a) {
  Jet out = base_exp(a);
  arb_poly_set_coeff_arb(raw(out), 0, raw(expm1(a[0])));
  return out;
}
Jet base_log1p(const Jet& a) { return apply_series(arb_poly_log1p_series, a); }
Jet base_erf(const Jet& a) {
  return from_slope(a, erf, [](const Jet& u) {
    return constants(u)(2 * 0.5641895835477563) * base_exp(-(u * u));
  });
}
Jet base_erfc(const Jet& a) {
  return from_slope(a, erfc, [](const Jet& u) {
    return constants(u)(-2 * 0.5641895835477563) * base_exp(-(u * u));
  });
}
Jet base_gaussian_cdf(const Jet& a) {
  return from_slope(a, gaussian_cdf, [](const Jet& u) {
    return constants(u)(0.3989422804014327) * base_exp(constants(u)(-0.5) * (u * u));
  });
}
Jet base_tanh(const Jet& a) {
  // Through exp, in the form whose exponential is small: that says most of an interval.
  const auto K = constants(a);
  const bool right = a[0].positive();
  Jet out = K(2) / (K(1) + base_exp(K(right ? -2 : 2) * a)) - K(1);
  if (!right) out = -out;
  arb_poly_set_coeff_arb(raw(out), 0, raw(tanh(a[0])));
  return out;
}
Jet base_atan(const Jet& a) { return apply_series(arb_poly_atan_series, a); }
Jet base_sin(const Jet& a) { return apply_series(arb_poly_sin_series, a); }
Jet base_cos(const Jet& a) { return apply_series(arb_poly_cos_series, a); }
/// sum (-1)^j u^(2j) / (2j + 1)!, for |u| <= 2: the terms left out are below 2^-100 with all their
/// coefficients.
Jet near_zero_sinc(const Jet& u) {
  const auto K = constants(u);
  const Jet square = u * u;
  Jet sum = K(0);
  for (int j = 30; j > 0; --j) sum = (K(1) + sum) * square * (K(-1) / K(2 * j * (2 * j + 1)));
  Jet out = K(1) + sum;
  for (int k = 0; k < u.size(); ++k) {
    const Ball widened = out[k] + Ball::between(-0x1p-100, 0x1p-100);
    arb_poly_set_coeff_arb(raw(out), k, raw(widened));
  }
  return out;
}
Jet base_sinc(const Jet& a) {
  if (a[0].has_zero() && certainly_less(abs(a[0]), Ball(2))) {
    Jet u(a[0], Ball(1), a.size(), a.switches());
    return compose(near_zero_sinc(u), a);
  }
  if (a[0].exact()) return apply_series(arb_poly_sinc_series, a);
  // Near 0 dividing by an interval says little, but |sinc^(k)| <= 1 / (k + 1) everywhere.
  Jet outer = apply_series(arb_poly_sinc_series, Jet(a[0], Ball(1), a.size(), a.switches()));
  double bound = 1;
  for (int k = 1; k < a.size(); ++k) {
    bound /= k;
    const Ball most = Ball::around(Ball(), bound / (k + 1));
    const Ball both = outer[k].finite() ? intersection(outer[k], most) : most;
    arb_poly_set_coeff_arb(raw(outer), k, raw(both));
  }
  return compose(outer, a);
}
Jet base_sinc_derivative(const Jet& a) {
  // The derivative of sinc around a[0], then the rest of a put in.
  return compose(derivative(base_sinc(Jet(a[0], Ball(1), a.size() + 1))), a);
}
Jet base_dilog(const Jet& a) {
  return from_slope(
      a, [](const Ball& u) { return base_dilog(u); },
      [](const Jet& u) { return -base_log1p(-u) / u; });
}

Jet base_softplus(const Jet& a) {
  // log(1 + e^a) in either form: far out on the right the first says more of an interval.
  return a[0].positive() ? a + base_log1p(base_exp(-a)) : base_log1p(base_exp(a));
}
Jet base_sigmoid(const Jet& a) {
  const auto K = constants(a);
  if (a[0].positive()) return K(1) / (K(1) + base_exp(-a));
  const Jet e = base_exp(a);
  return e / (K(1) + e);
}
Jet base_asinh(const Jet& a) {
  return from_slope(
      a, [](const Ball& u) { return base_asinh(u); },
      [](const Jet& u) {
        const auto K = constants(u);
        return base_rsqrt(K(1) + u * u);
      });
}
Jet base_sine_integral(const Jet& a) {
  return from_slope(
      a, [](const Ball& u) { return base_sine_integral(u); },
      [](const Jet& u) { return base_sinc(u); });
}

}  // namespace antigrad::space
