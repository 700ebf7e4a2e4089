#include "kernels/low_rows.hpp"

#include "kernels/low_exp.hpp"
#include "space/rows-inl.hpp"

namespace antigrad::kernels {
namespace {

// e^(x^2/2) Phi(-x) = s p(s - 0.2) with s = 1 / (x + 3) on [0, 14.7]: 5.5e-9.
constexpr double kMills[] = {0.840510011, 3.63973475,  9.19215202, 7.84539366,
                             -21.458847,  -38.8880539, 98.9330673, 139.331451,
                             -633.128235, -178.411621, 3191.5481};

// The same with s = 1 / (x + 2.5), within 2.5e-8 e^(x^2/2).
constexpr double kMillsAbsolute[] = {0.706659436, 2.16823792, 3.30434847,
                                     -1.16682041, -10.900526, 13.4203348};

// (x - tanh(x)) / x^3 over x^2 for |x| <= 1: 3e-8; (e^x - 1 - x) / x^2 for |x| <= 0.75: 1.2e-8;
// log cosh(x) / x^2 over x^2 for |x| <= 1: 7.5e-9.
constexpr double kTanhDifference[] = {0.333333343,   -0.133334115,   0.053978242,
                                      -0.0219132286, 0.00892597996,  -0.00352914329,
                                      0.00115088478, -0.000206125711};
constexpr double kExpm1Difference[] = {0.5,           0.166666716,    0.0416666493,  0.00833259057,
                                       0.00138893991, 0.000201108094, 2.49130844e-05};
constexpr double kLogCosh[] = {0.5,           -0.0833330974,   0.0222174488,  -0.00671350025,
                               0.00208252133, -0.000560404267, 8.78655337e-05};

// Si(x) / x over x^2 for |x| <= 5: 2e-10; -sinc'(x) / x over x^2 for |x| <= 1.5: 3e-8.
constexpr double kSineIntegral[] = {1,
                                    -0.055555556,
                                    0.00166666706,
                                    -2.83447916e-05,
                                    3.06209614e-07,
                                    -2.278703e-09,
                                    1.23947805e-11,
                                    -5.1211263e-14,
                                    1.43755613e-16};
constexpr double kSincSlope[] = {0.333333343, -0.033333458, 0.00119072932, -2.22093277e-05,
                                 2.79707876e-07};

/// e = e^-|a| and s = 1 / (1 + e), of which everything logistic is made.
struct Logistic {
  Low e, s;
};
Logistic logistic(Low a) {
  const auto K = constants(a);
  const Low e = value_of(decay(negative_magnitude(a)));
  return {e, K(1) / (K(1) + e)};
}

/// (1 + e)^2, rounded less often than as a square.
Low square_of_one_more(Low e) {
  const auto K = constants(e);
  return base_fma(e, e + K(2), K(1));
}

/// q = e^-|a|, the denominator (1 + q)^2 + 1 or, for a > 0, that with its terms in reverse order,
/// and what their rounding took, the first relative to q.
struct Mish {
  Low q, denominator, rest_of_q, rest_of_denominator;
};
Mish mish(Low a) {
  const auto K = constants(a);
  const Power p = decay(negative_magnitude(a));
  const Low q = value_of(p);
  const Low first = base_less(K(0), a, K(2), K(1)), last = base_less(K(0), a, K(1), K(2));
  const Low inner = base_fma(first, q, K(2)), outer = base_fma(q, inner, last);
  const Low rest = base_fma(q, base_fma(first, q, K(2) - inner), base_fma(q, inner, last - outer));
  return {q, outer, p.u - ((p.u + K(1)) - K(1)), rest};
}

/// e^a for any a.
Power power_of_exp(Low a) {
  const auto K = constants(a);
  auto rest = a.errors == Errors::relative ? rounding(a) : std::nullopt;
  if (rest) rest = base_less(base_abs(a), K(104), *rest, K(0));
  return power_of_e(base_max(base_min(a, K(89)), K(-104)), rest);
}

/// e^(-a^2/2 + rest).
Power bell(Low a, std::optional<Low> rest = {}) {
  return decay((constants(a)(-0.5) * a) * a, rest);
}

/// |a|, finite where mills_of() needs that: Phi(-1e4) is 0.
Low magnitude_for_mills(Low a) {
  if (a.errors == Errors::absolute) return base_abs(a);
  return base_min(base_abs(a), constants(a)(1e4));
}

/// e^(m^2/2) Phi(-m) as value (1 + rest): s = 1 / (m + c) is off by s fix, from the rounding of
/// m + c and its own. Where errors are absolute, the second factor is off by about as much again.
struct Mills {
  Low value, rest;
};
Mills mills_of(Low m) {
  const auto K = constants(m);
  const bool absolute = m.errors == Errors::absolute;
  const Low c = K(absolute ? 2.5 : 3), sum = m + c, s = K(1) / sum;
  const Low fix = base_fma((sum - c) - m, s, base_fma(-s, sum, K(1))), t = s - K(0.2);
  if (absolute) return {s * polynomial(t, kMillsAbsolute), fix + fix};
  return {s * polynomial(base_fma(s, fix, t), kMills), fix};
}

}  // namespace

Low machine_exp(Low a) { return value_of(power_of_exp(a)); }

Low times_exp(Low y, Low a) {
  const Power p = power_of_exp(a);
  return base_scale2(base_fma(p.u, y, y), p.n);
}

Low nonpositive_exp(Low a) { return value_of(decay(a)); }

/// 2^n u + (2^n - 1), where rounding n ln 2 to one float32 is too little to matter. 0 for -0.
Low nonpositive_expm1(Low a) {
  const auto K = constants(a);
  const Power p = short_decay(base_max(a, K(-30)));
  if (a.errors == Errors::absolute) return value_of(p) - K(1);
  const Low power = base_scale2(K(1), p.n);
  return base_fma(power, p.u, power - K(1));
}

Low machine_gaussian(Low a) { return value_of(decay(-a * a)); }

Low machine_normal_pdf(Low a) {
  const Low c = constants(a)(space::rows::kInvSqrt2Pi);
  const Power p = bell(a);
  return base_scale2(base_fma(p.u, c, c), p.n);
}

/// One rounding into the denormals.
Low machine_normal_cdf(Low a) {
  const auto K = constants(a);
  const Mills m = mills_of(magnitude_for_mills(a));
  const Power p = bell(a, m.rest);
  const Low y = base_scale2(base_fma(p.u, m.value, m.value), p.n);
  return base_less(a, K(0), y, K(1) - y);
}

Low machine_sigmoid(Low a) {
  const Logistic l = logistic(a);
  return base_less(a, constants(a)(0), l.e * l.s, l.s);
}

Low machine_logistic_pdf(Low a) {
  const Logistic l = logistic(a);
  if (a.errors == Errors::relative) return l.e / square_of_one_more(l.e);
  return l.e * l.s * l.s;
}

Low machine_softplus(Low a) {
  const auto K = constants(a);
  const Low e = value_of(decay(negative_magnitude(a)));
  return base_less_equal(a, K(0), K(0), a) + log1p_of_unit(e);
}

Low machine_sech2(Low a) {
  const auto K = constants(a);
  const Low e = value_of(decay(negative_magnitude(K(2) * a)));
  if (a.errors == Errors::relative) return K(4) * e / square_of_one_more(e);
  const Low s = K(1) / (K(1) + e);
  return K(4) * (e * s * s);
}

/// A polynomial near 0, else m - log 2 + log1p(e^-2m) with m = |a|.
Low machine_logcosh(Low a) {
  const auto K = constants(a);
  const Low m = base_abs(a), square = a * a;
  const Low e = value_of(decay(negative_magnitude(K(2) * a)));
  return base_less(m, K(1), square * polynomial(square, kLogCosh),
                   (m - K(space::rows::kLn2)) + log1p_of_unit(e));
}

Low machine_mish_gate(Low a) {
  const auto K = constants(a);
  const Mish m = mish(a);
  return base_less(K(0), a, base_fma(m.q, K(2), K(1)), m.q * (m.q + K(2))) / m.denominator;
}

/// 4 q (1 + q) over the square of the denominator, times q for a > 0.
Low machine_mish_gate_slope(Low a) {
  const auto K = constants(a);
  const Mish m = mish(a);
  const Low factor = base_less(K(0), a, m.q, K(1));
  Low top = (K(4) * m.q) * factor;
  top = base_fma(top, m.q, top);
  if (a.errors == Errors::relative) {
    const Low from_q = base_less(K(0), a, K(2), K(1)) * m.rest_of_q;
    const Low from_denominator = K(-2) * m.rest_of_denominator / m.denominator;
    top = base_fma(top, from_q + from_denominator, top);
  }
  return top / (m.denominator * m.denominator);
}

Low machine_isru_slope(Low a) {
  const auto K = constants(a);
  const Low square = base_fma(a, a, K(1));
  return K(1) / (square * base_sqrt(square));
}

Low machine_sine_integral(Low a) {
  const auto K = constants(a);
  return base_less(base_abs(a), K(5), a * polynomial(a * a, kSineIntegral),
                   space::rows::sine_integral_of(a));
}

Low machine_sinc_slope(Low a) {
  const auto K = constants(a);
  const Low m = base_abs(a), outside = (base_cos(a) - base_sin(a) / a) / a;
  return base_less(m, K(1.5), -(a * polynomial(a * a, kSincSlope)),
                   base_less(m, K(3e38), outside, K(0) / a));
}

/// Beyond 1: |a| - 1 + 2 e / (1 + e) with e = e^-2|a|.
Low tanh_difference(Low a) {
  const auto K = constants(a);
  const Low m = base_abs(a), square = a * a;
  const Low e = value_of(decay(negative_magnitude(K(2) * a)));
  const Low outside = (m - K(1)) + K(2) * e / (e + K(1));
  return base_less(m, K(1), a * (square * polynomial(square, kTanhDifference)),
                   base_copysign(outside, a));
}

Low expm1_difference(Low a) {
  const auto K = constants(a);
  return base_less(base_abs(a), K(0.75), (a * a) * polynomial(a, kExpm1Difference),
                   base_expm1(a) - a);
}

/// With e = e^-|a|: (1 + e + a e) / (1 + e)^2, to the left e (1 + a + e) / (1 + e)^2.
Low silu_slope(Low a) {
  const auto K = constants(a);
  const Low e = value_of(decay(negative_magnitude(a)));
  const Low top = base_less(a, K(0), (a + K(1)) + e, base_fma(a, e, e + K(1)));
  return base_less(a, K(0), e, K(1)) * top / square_of_one_more(e);
}

/// To the right a - a Phi(-a). The product of a and the second factor is kept in two numbers.
Low gelu(Low a) {
  const auto K = constants(a);
  const Low m = magnitude_for_mills(a), factor = base_copysign(m, a);
  const Mills mills = mills_of(m);
  const Power p = bell(a, mills.rest);
  const Low high = factor * mills.value, low = base_fma(factor, mills.value, -high);
  const Low y = base_scale2(high + base_fma(p.u, high, low), p.n);
  return base_less_equal(a, K(0), y, a - y);
}

}  // namespace antigrad::kernels
