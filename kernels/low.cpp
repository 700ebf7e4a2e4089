// The base functions as polynomials over core operations, for float32. Coefficients are minimax
// fits (Lawson's reweighted least squares in 40 digits), rounded one after the other to float32.
// Clamps have the argument first, so that NaN passes; tests/kernels/lower_test.cpp measures the
// ULP.
#include "kernels/low.hpp"

#include "kernels/low_exp.hpp"
#include "kernels/low_rows.hpp"

namespace antigrad::kernels {
namespace {

constexpr double kLn2High = 0x1.62e430p-1;
constexpr double kPi1 = 0x1.921fb6p+1, kPi2 = -0x1.777a5cp-24, kPi3 = -0x1.ee59dap-49;

// (log1p(m) - m) / m^2 on [-0.25, 0.5]; as a part of log1p(m): 5e-9.
constexpr double kLog1p[] = {-0.5,        0.333334506,  -0.250001043, 0.199908197,  -0.166469991,
                             0.144783214, -0.131638736, 0.104688875,  -0.0451122373};

// (erf(x)/x - 1) over x^2 on |x| <= 0.9275: 1.7e-8; log erfc(t) on [0.9275, 4], of erf: 1.5e-9.
constexpr double kErfSmall[] = {0.128379151,   -0.376124918,  0.112817682,
                                -0.0267644022, 0.00498952018, -0.000597079401};
constexpr double kErfBig[] = {-0.000207329169, -1.12762761,    -0.637262881,  -0.103861019,
                              0.0221929904,    -0.00303472974, 0.000195074739};
constexpr double kErfSplit = 0.9275;

// e^(x^2) erfc(x) = s p(s - 0.2) with s = 1 / (x + 3) on [0, 10.3]: 6.5e-9.
constexpr double kErfc[] = {1.27697837, 6.96466589,  29.0624962, 89.9529343, 187.565964,
                            175.997223, -273.139191, -949.41272, 162.211121, 3321.68384};

// (atan(t)/t - 1) / t^2 over t^2 on [0, 1]; as a part of atan: 1.7e-8.
constexpr double kAtan[] = {-0.333331525,  0.199937671,  -0.14211002,   0.106657706,
                            -0.0755167082, 0.0432049856, -0.0163634513, 0.00291951792};

// (sin(r)/r - 1) / r^2 over r^2 on |r| <= pi/2 + 0.01; as a part of sin: 6.9e-9.
constexpr double kSin[] = {-0.166666597, 0.00833306555, -0.000198093345, 2.60485126e-06};

// (sin(r)^2 - r^2) / r^4 over r^2 on |r| <= 0.8; as a part of sin^2: 1.1e-9.
constexpr double kSinSquare[] = {-0.333333284, 0.044443693, -0.00317107327, 0.000134530084};

/// 1 where n is odd, else 0.
Low oddness(Low n) {
  const auto K = constants(n);
  return base_abs(base_fma(base_round(n * K(0.5)), K(-2), n));
}

/// x - m pi.
Low rest_of_halves(Low x, Low m) {
  const auto K = constants(x);
  return base_fma(m, K(-kPi3), base_fma(m, K(-kPi2), base_fma(m, K(-kPi1), x)));
}

Low bounded(Low r, double most) {
  const auto K = constants(r);
  return base_max(base_min(r, K(most)), K(-most));
}

/// sin(r) (-1)^n for r = x - m pi, where m is n or n + 1/2; r is bounded so that huge x stay
/// finite.
Low sin_of_rest(Low x, Low m, Low n) {
  const auto K = constants(x);
  const Low r = bounded(rest_of_halves(x, m), 1.6), s = r * r;
  const Low y = base_fma(r * s, polynomial(s, kSin), r);
  return base_less(oddness(n), K(0.5), y, -y);
}

}  // namespace

Low base_exp(Low a) {
  const auto K = constants(a);
  return value_of(power_of_e(base_max(base_min(a, K(89)), K(-104))));
}

Low base_expm1(Low a) {
  const auto K = constants(a);
  return base_copysign(less_one(power_of_e(base_max(base_min(a, K(89)), K(-30)))), a);
}

/// 1 + a = 2^e (1 + m) with 1 + m in [0.75, 1.5), m exact up to one rounding.
Low base_log1p(Low a) {
  const auto K = constants(a);
  const Low e = base_exponent((a + K(1)) * K(2. / 3)) + K(1);
  const Low s = base_scale2(K(1), -e);
  const Low m = base_fma(a, s, s - K(1));
  const Low y = base_fma(e, K(kLn2High), base_fma(m * m, polynomial(m, kLog1p), m));
  const Low edge = base_less(a, K(-1), K(0) / K(0), K(-1) / K(0));
  return base_less_equal(a, K(3.4028234663852886e38),
                         base_less(K(-1), a, base_copysign(y, a), edge), a);
}

Low base_erf(Low a) {
  const auto K = constants(a);
  const Low t = base_min(base_abs(a), K(4));
  const Low big = base_copysign(K(1) - value_of(power_of_e(polynomial(t, kErfBig))), a);
  const Low small = base_fma(polynomial(a * a, kErfSmall), a, a);
  return base_less(K(kErfSplit), base_abs(a), big, small);
}

/// e^(-t^2) times a polynomial in s = 1 / (t + 3). The rounding errors of t^2 and of s are put back
/// (s is off by s * fix), and there is one rounding into the denormals.
Low base_erfc(Low a) {
  const auto K = constants(a);
  const Low t = base_min(base_abs(a), K(10.3));
  const Low square = t * t, rest = base_fma(t, t, -square);
  const Low sum = t + K(3), s = K(1) / sum;
  const Low fix = base_fma((sum - K(3)) - t, s, base_fma(-sum, s, K(1)));
  const Low scaled = s * polynomial(base_fma(s, fix, s - K(0.2)), kErfc);
  const auto [n, u] = power_of_e(-square);
  const Low e = u + K(1);
  const Low y = base_scale2(base_fma(fix - rest, e, e) * scaled, n);
  return base_less(a, K(0), K(2) - y, y);
}

/// (1 - e^-2m) / (1 + e^-2m).
Low base_tanh(Low a) {
  const auto K = constants(a);
  if (a.errors == Errors::absolute) {
    const Low e = value_of(decay(negative_magnitude(K(2) * a))), s = K(1) / (K(1) + e);
    return base_copysign((K(1) - e) * s, a);
  }
  const Low h = half_less_one(power_of_e(base_max(-base_abs(a + a), K(-30))));
  return base_copysign(h / (h + K(1)), a);
}

Low base_atan(Low a) {
  const auto K = constants(a);
  const Low m = base_abs(a);
  const Low t = base_less(K(1), m, K(-1) / m, m);
  const Low s = t * t;
  const Low y = base_fma(t * s, polynomial(s, kAtan), t);
  return base_copysign(base_less(K(1), m, y + K(0.5 * kPi1), y), a);
}

Low base_sin(Low a) {
  const auto K = constants(a);
  const Low n = base_round(a * K(0.3183098861837907));
  return base_less(base_abs(a), K(1e-4), a, sin_of_rest(a, n, n));
}

/// For r = a - n pi / 2: sin(r)^2, or 1 less that. What r r loses is put back.
Low sine_square(Low a) {
  const auto K = constants(a);
  const Low n = base_round(a * K(0.6366197723675814));
  const Low r = bounded(rest_of_halves(a, n * K(0.5)), 0.8), s = r * r;
  const Low y = s + base_fma(s * s, polynomial(s, kSinSquare), base_fma(r, r, -s));
  return base_less(oddness(n), K(0.5), y, K(1) - y);
}

Low base_cos(Low a) {
  const auto K = constants(a);
  const Low n = base_round(base_fma(a, K(0.3183098861837907), K(-0.5)));
  return -sin_of_rest(a, n + K(0.5), n);
}

}  // namespace antigrad::kernels
