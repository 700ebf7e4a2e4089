#include "kernels/low_rows.hpp"

#include "kernels/low_exp.hpp"
#include "space/rows-inl.hpp"

namespace antigrad::kernels {
namespace {

// e^(x^2/2) Phi(-x) = s p(s - 0.2) with s = 1 / (x + 2.5) on [0, 14.7]: 3.2e-8.
constexpr double kMills[] = {0.706656635, 2.16846061, 3.29969907, -1.15471482, -10.2457352,
                             5.03128672,  39.6977806, -54.915905, -126.76226,  333.943695};

// The same within 2.5e-8 e^(x^2/2).
constexpr double kMillsAbsolute[] = {0.706659436, 2.16823792, 3.30434847,
                                     -1.16682041, -10.900526, 13.4203348};

// (x - tanh(x)) / x^3 over x^2 for |x| <= 1.3: 6e-8; (e^x - 1 - x) / x^2 for |x| <= 0.75: 1.2e-8.
constexpr double kTanhDifference[] = {0.333333313,    -0.133331999,    0.0539510697,
                                      -0.0217760969,  0.00859106798,   -0.00311546912,
                                      0.000920107588, -0.000183830591, 1.76839203e-05};
constexpr double kExpm1Difference[] = {0.5,           0.166666716,    0.0416666493,  0.00833259057,
                                       0.00138893991, 0.000201108094, 2.49130844e-05};

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

/// q = e^-|a|, what its rounding took relative to it, and the denominator (1 + q)^2 + 1 or, for
/// a > 0, that with its terms in reverse order.
struct Mish {
  Low q, rest, denominator;
};
Mish mish(Low a) {
  const auto K = constants(a);
  const Power p = decay(negative_magnitude(a));
  const Low q = value_of(p), rest = p.u - ((p.u + K(1)) - K(1));
  const Low first = base_less(K(0), a, K(2), K(1)), last = base_less(K(0), a, K(1), K(2));
  return {q, rest, base_fma(q, base_fma(first, q, K(2)), last)};
}

/// e^(-a^2/2 + rest).
Power bell(Low a, std::optional<Low> rest = {}) {
  return decay((constants(a)(-0.5) * a) * a, rest);
}

}  // namespace

Low machine_exp(Low a) {
  const auto K = constants(a);
  auto rest = a.errors == Errors::relative ? rounding(a) : std::nullopt;
  if (rest) rest = base_less(base_abs(a), K(104), *rest, K(0));
  return value_of(power_of_e(base_max(base_min(a, K(89)), K(-104)), rest));
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

/// The relative error of s, from the rounding of m + 2.5 and its own, is about twice that of the
/// second factor near 0; it goes into the exponential. One rounding into the denormals.
Low machine_normal_cdf(Low a) {
  const auto K = constants(a);
  const Low m = base_abs(a), sum = m + K(2.5), s = K(1) / sum, rounded = (sum - K(2.5)) - m;
  const Low error = base_fma(rounded, s, base_fma(-s, sum, K(1)));
  const bool absolute = a.errors == Errors::absolute;
  const std::span<const double> c = absolute ? std::span<const double>(kMillsAbsolute) : kMills;
  const Low mills = s * polynomial(s - K(0.2), c);
  const Power p = bell(a, error + error);
  const Low y = base_scale2(base_fma(p.u, mills, mills), p.n);
  return base_less(a, K(0), y, K(1) - y);
}

Low machine_sigmoid(Low a) {
  const Logistic l = logistic(a);
  return base_less(a, constants(a)(0), l.e * l.s, l.s);
}

Low machine_logistic_pdf(Low a) {
  const Logistic l = logistic(a);
  return l.e * l.s * l.s;
}

Low machine_softplus(Low a) {
  const auto K = constants(a);
  const Low e = value_of(decay(negative_magnitude(a)));
  return base_less_equal(a, K(0), K(0), a) + log1p_of_unit(e);
}

Low machine_sech2(Low a) {
  const auto K = constants(a);
  const Low e = value_of(decay(negative_magnitude(K(2) * a))), s = K(1) / (K(1) + e);
  return K(4) * (e * s * s);
}

/// log cosh a = log1p(t^2 / (2 + 2 t)) with t = e^-m - 1, m = |a|, else m - log 2 + log1p(e^-2m).
Low machine_logcosh(Low a) {
  const auto K = constants(a);
  const Low m = base_abs(a);
  const Power p = decay(negative_magnitude(a));
  const Low t = less_one(p), e = value_of(p);
  const Low near = t * t / (e + e);
  const Low log = log1p_of_unit(base_less(m, K(1), near, e * e));
  return base_less(m, K(1), K(0), m - K(space::rows::kLn2)) + log;
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
  if (a.errors == Errors::relative)
    top = base_fma(top * base_less(K(0), a, K(2), K(1)), m.rest, top);
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

Low tanh_difference(Low a) {
  const auto K = constants(a);
  const Low square = a * a;
  return base_less(base_abs(a), K(1.3), a * (square * polynomial(square, kTanhDifference)),
                   a - base_tanh(a));
}

Low expm1_difference(Low a) {
  const auto K = constants(a);
  return base_less(base_abs(a), K(0.75), (a * a) * polynomial(a, kExpm1Difference),
                   base_expm1(a) - a);
}

Low silu_slope(Low a) {
  const auto K = constants(a);
  const Logistic l = logistic(a);
  const Low far = l.e * l.s;
  const Low other = base_less(a, K(0), l.s, far);
  return base_less(a, K(0), far, l.s) * base_fma(a, other, K(1));
}

}  // namespace antigrad::kernels
