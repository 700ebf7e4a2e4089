// The elementary functions that row formulas call, of balls and of jets.
#include <vector>

#include "space/arb/arb.hpp"

namespace antigrad::space {
namespace {

/// A jet computed from the first coefficient and the derivative of the whole.
template <class Function, class Slope>
Jet from_slope(const Jet& a, const Function& function, const Slope& slope) {
  return (slope(a) * derivative(a)).integral(function(a[0]));
}

}  // namespace

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
