// Special functions that antiderivatives need and libm lacks, over core arithmetic and base_*
// functions, so that every back-end has them: the dilogarithm and the sine integral. Sums of one
// sign or of falling Chebyshev terms only, so that float32 loses no digits either.
// Included by rows-inl.hpp; T has arithmetic, constants(T) and the base_* functions.
#pragma once
#include <initializer_list>

namespace antigrad::space::rows {

/// sum_k c[k] s^k.
template <class T>
T horner(T s, std::initializer_list<double> c) {
  const auto K = constants(s);
  T y = K(c.begin()[c.size() - 1]);
  for (std::size_t k = c.size() - 1; k-- > 0;) y = y * s + K(c.begin()[k]);
  return y;
}

/// sum_k c[k] T_k(s), by Clenshaw's recurrence; at least two terms.
template <class T>
T chebyshev(T s, std::initializer_list<double> c) {
  const auto K = constants(s);
  const T twice = s + s;
  T before = K(0), now = K(c.begin()[c.size() - 1]);
  for (std::size_t k = c.size() - 1; k-- > 1;) {
    const T next = twice * now - before + K(c.begin()[k]);
    before = now;
    now = next;
  }
  return s * now - before + K(c.begin()[0]);
}

/// -Li_2(-e^-m) for m >= 0: with v = log(1 + e^-m) it is v + v^2/4 + sum_k B_2k v^(2k+1) / (2k+1)!,
/// where v <= log 2 makes each term 80 times smaller than the one before.
template <class T>
T dilog_tail(T m) {
  const T v = base_log1p(base_exp(-m)), s = v * v;
  const T rest =
      horner(s, {1.0 / 36, -1.0 / 3600, 1.0 / 211680, -1.0 / 10886400, 1.0 / 526901760,
                 -4.0647616451442256e-11, 8.921691020456452e-13, -1.9939295860721075e-14});
  const auto K = constants(m);
  return v + s * (K(0.25) + v * rest);
}

/// int_0^a log(1 + e^t) dt = -Li_2(-e^a) - pi^2/12, exact to rounding also where it vanishes.
template <class T>
T softplus_integral_of(T a) {
  const auto K = constants(a);
  const T s = a * a;
  const T odd = horner(s, {0.041666666666666664, -0.0010416666666666667, 4.96031746031746e-05,
                           -2.927965167548501e-06, 1.9415383998717332e-07, -1.387099911405467e-08,
                           1.0440290284867004e-09, -8.167010963952223e-11});
  const T near = a * (K(kLn2) + a * (K(0.25) + a * odd));
  const T change = K(kDilogAtMinusOne) - dilog_tail(base_abs(a));
  const T far = base_less(K(0), a, K(0.5) * s + change, -change);
  return base_less(base_abs(a), K(0.5), near, far);
}

/// Si(a) = int_0^a sin(t)/t dt: a times a series for |a| < 12, else the limit less an oscillation
/// with the auxiliary functions f(a) = f/a, g(a) = g/a^2 in 1/a^2.
template <class T>
T sine_integral_of(T a) {
  const auto K = constants(a);
  const T m = base_max(K(12), base_min(base_abs(a), K(1e15))), r = K(1) / m;
  const T s = K(288) * (r * r) - K(1);
  const T near =
      chebyshev(a * a * K(1.0 / 72) - K(1),
                {0.31286270123186855, -0.29320230437697, 0.17921569779698818, -0.11893479894429469,
                 0.06427107275290093, -0.023981771101839473, 0.006193354360631078,
                 -0.0011559854636512678, 0.00016272213725487206, -1.7890085868205334e-05,
                 1.5798117285252027e-06, -1.146044511108776e-07, 6.956288760961768e-09,
                 -3.587113113020639e-10, 1.5917138628918516e-11, -6.144368890818809e-13,
                 2.0829041247701586e-14, -6.251755339006293e-16, 1.6734235350571732e-17});
  const T f = chebyshev(s, {0.9934314917999526, -0.0064515369129763455, 0.00011241890816422367,
                            -4.266601594906961e-06, 2.608945867140754e-07, -2.212959433413361e-08,
                            2.3869778500798743e-09, -3.097807546762358e-10, 4.6589913873528265e-11,
                            -7.906234136901258e-12, 1.484334030899739e-12, -3.0371659652692493e-13,
                            6.694267612776784e-14, -1.574676000505505e-14, 3.923321235172701e-15,
                            -1.0289426771361184e-15, 2.8258581266480787e-16});
  const T g = chebyshev(s, {0.9809543847920559, -0.01850267710281719, 0.000514676911619174,
                            -2.608462122740954e-05, 1.9553278299406582e-06, -1.9355710147881842e-07,
                            2.3611679845772688e-08, -3.391882394474613e-09, 5.559802175660002e-10,
                            -1.0164233795665894e-10, 2.0373764057369927e-11, -4.419202064459169e-12,
                            1.0265981047214448e-12, -2.53299798346375e-13, 6.593304844044847e-14,
                            -1.8003929742612425e-14, 5.133133055998199e-15});
  const T wave = r * (f * base_cos(m) + r * g * base_sin(m));
  return base_less(base_abs(a), K(12), a * near, base_copysign(K(kHalfPi) - wave, a) + K(0) / a);
}

}  // namespace antigrad::space::rows
