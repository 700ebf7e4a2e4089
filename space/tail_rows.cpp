// The functions that row formulas are made of, on tails: each by its own behaviour near the limit
// of its argument.
#include <cmath>

#include "space/enclose.hpp"
#include "space/exact-inl.hpp"
#include "space/table.hpp"
#include "space/tail.hpp"

namespace antigrad::space {
namespace {

using Growth = Tail::Growth;
using Term = Tail::Term;

Tail zero(const Tail& a) { return Tail::number(Ball(), a.from()); }
Tail unknown(const Tail& a) { return Tail::unknown(a.from()); }

/// A factor of which only the ball is known.
Tail within(const Ball& b, const Tail& a, bool oscillating = false) {
  Tail out = zero(a);
  out.add({b, {}, false, oscillating});
  return out.terms().empty() && !b.is(0) ? unknown(a) : out;
}

Tail one_term(const Ball& factor, const Growth& growth, bool constant, const Tail& a) {
  Tail out = zero(a);
  out.add({factor, growth, constant, false});
  return out;
}

bool is_growth(const Growth& g, double power, double logs) {
  return Tail::algebraic(g) && g.power == power && g.logs == logs;
}

Growth power_of_x(double power) { return {{}, {}, {}, power, 0}; }

/// a = constant + rest, rest -> 0; nothing when a grows.
struct Settled {
  Ball value;     // of the constant part
  bool constant;  // it is one number
  Tail rest;
};
std::optional<Settled> settled(const Tail& a) {
  if (!a.known()) return std::nullopt;
  Settled out{Ball(), true, zero(a)};
  for (const Term& t : a.terms()) {
    if (is_growth(t.growth, 0, 0)) {
      out.value = t.factor;
      out.constant = t.constant;
    } else if (Tail::vanishes(t.growth)) {
      out.rest.add(t);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

/// Whether |a| -> infinity, and the sign.
std::optional<int> infinite_sign(const Tail& a) {
  const auto limit = a.limit();
  if (!limit || limit->infinite == 0) return std::nullopt;
  const auto sign = a.sign();
  return sign && *sign == limit->infinite ? sign : std::nullopt;
}

/// f(c + d) = f(c) + f'(c) d + f''/2 d^2 for small d, from a jet over the values.
template <class Function>
Tail smooth(const Tail& a, const Function& function) {
  const auto s = settled(a);
  if (!s || !s->rest.range().finite()) return unknown(a);
  const Jet at = function(Jet(s->value, Ball(1), 2));
  const Jet over = function(Jet(hull(s->value, s->value + s->rest.range()), Ball(1), 3));
  const Ball values[] = {at[0], at[1], over[2]};
  for (const Ball& b : values)
    if (!b.finite()) return unknown(a);
  Tail out = zero(a);
  out.add({at[0], {}, s->constant, false});
  return out + one_term(at[1], {}, s->constant, a) * s->rest +
         within(over[2], a) * s->rest * s->rest;
}

/// log of a tail that is positive from its start on.
Tail log_of(const Tail& a) {
  const auto s = a.split();
  if (!s || !s->lead.factor.positive()) return unknown(a);
  const Growth& g = s->lead.growth;
  Tail out = one_term(log(s->lead.factor), {}, s->lead.constant, a);
  if (!g.cubic.is_zero()) out.add({g.cubic.value(), power_of_x(3), true, false});
  if (!g.quadratic.is_zero()) out.add({g.quadratic.value(), power_of_x(2), true, false});
  if (!g.linear.is_zero()) out.add({g.linear.value(), power_of_x(1), true, false});
  if (g.power != 0) out.add({Ball(g.power), {{}, {}, {}, 0, 1}, true, false});
  if (g.logs != 0) return unknown(a);
  return out + smooth(s->rest, [](const Jet& u) { return base_log1p(u); });
}

/// e^(-rest) for what grows beyond X^3: it falls faster than any e^(-c X^3) of its own start.
std::optional<Growth> huge_fall(const Term& t, double from) {
  if (!t.factor.negative()) return std::nullopt;
  const Growth& g = t.growth;
  if (!Tail::algebraic(g) || g.logs != 0 || g.power < 2) return std::nullopt;
  const double whole = g.power < 3 ? 2 : 3;
  const Ball c = t.factor * Ball(std::pow(from, g.power - whole) * (1 - 1e-12));
  const Rate rate{Ball(c.upper())};
  return whole == 3 ? Growth{rate, {}, {}, 0, 0} : Growth{{}, rate, {}, 0, 0};
}

}  // namespace

Tail base_exp(const Tail& a) {
  if (!a.known()) return a;
  Growth growth;
  Ball factor(1);
  bool constant = true;
  Tail rest = zero(a);
  for (const Term& t : a.terms()) {
    const Growth& g = t.growth;
    const bool plain = Tail::algebraic(g) && g.logs == 0;
    if (Tail::vanishes(g)) {
      rest.add(t);
    } else if (t.constant && plain && g.power == 3) {
      growth.cubic = growth.cubic + Rate(t.factor);
    } else if (t.constant && plain && g.power == 2) {
      growth.quadratic = growth.quadratic + Rate(t.factor);
    } else if (t.constant && plain && g.power == 1) {
      growth.linear = growth.linear + Rate(t.factor);
    } else if (t.constant && is_growth(g, 0, 1) && t.factor.exact()) {
      growth.power += t.factor.middle();
    } else if (plain && g.power == 0) {
      factor = factor * exp(t.factor);
      constant = constant && t.constant;
    } else if (const auto fall = huge_fall(t, a.from())) {
      growth.cubic = growth.cubic + fall->cubic;
      growth.quadratic = growth.quadratic + fall->quadratic;
      factor = factor * Ball::between(0, 1);
      constant = false;
    } else {
      return unknown(a);
    }
  }
  return one_term(factor, growth, constant, a) *
         smooth(rest, [](const Jet& u) { return base_exp(u); });
}

Tail base_expm1(const Tail& a) { return base_exp(a) - Tail::number(Ball(1), a.from()); }

Tail base_log1p(const Tail& a) {
  if (settled(a)) return smooth(a, [](const Jet& u) { return base_log1p(u); });
  return log_of(a + Tail::number(Ball(1), a.from()));
}

Tail base_sqrt(const Tail& a) {
  const auto s = a.split();
  if (!s || !s->lead.factor.positive()) return unknown(a);
  const Growth& g = s->lead.growth;
  constexpr double half = 0.5;
  const Growth root{half * g.cubic, half * g.quadratic, half * g.linear, g.power / 2, g.logs / 2};
  const auto of_one_plus = [](const Jet& u) { return base_sqrt(constants(u)(1) + u); };
  return one_term(sqrt(s->lead.factor), root, s->lead.constant, a) * smooth(s->rest, of_one_plus);
}

Tail base_abs(const Tail& a) {
  const auto sign = a.sign();
  if (!sign) return a.known() && a.range().finite() ? within(abs(a.range()), a) : unknown(a);
  return *sign < 0 ? -a : a;
}
Tail base_less(const Tail& a, const Tail& b, const Tail& c, const Tail& d) {
  const auto sign = (b - a).sign();
  if (!sign) return unknown(a);
  return *sign > 0 ? c : d;
}
Tail base_less_equal(const Tail& a, const Tail& b, const Tail& c, const Tail& d) {
  const auto sign = (b - a).sign();
  if (!sign) return unknown(a);
  return *sign >= 0 ? c : d;
}
Tail base_min(const Tail& a, const Tail& b) { return base_less(b, a, b, a); }
Tail base_max(const Tail& a, const Tail& b) { return base_less(a, b, b, a); }
Tail base_copysign(const Tail& a, const Tail& b) {
  const auto sign = b.sign();
  if (!sign || *sign == 0) return unknown(a);
  return *sign > 0 ? base_abs(a) : -base_abs(a);
}

namespace {

/// erfc(u), u -> inf: e^(-u^2) / (u sqrt(pi)) (1 - [0, 1] / (2 u^2)).
Tail far_erfc(const Tail& u) {
  const auto K = constants(u);
  const Tail part = K(1) - within(Ball::between(0, 1), u) / (K(2) * u * u);
  return K(0.5641895835477563) * base_exp(-(u * u)) / u * part;
}
/// normal_cdf(-u), u -> inf: e^(-u^2/2) / (u sqrt(2 pi)) (1 - [0, 1] / u^2).
Tail far_cdf(const Tail& u) {
  const auto K = constants(u);
  const Tail part = K(1) - within(Ball::between(0, 1), u) / (u * u);
  return K(0.3989422804014327) * base_exp(K(-0.5) * (u * u)) / u * part;
}

}  // namespace

Tail base_erfc(const Tail& a) {
  const auto side = infinite_sign(a);
  if (!side) return smooth(a, [](const Jet& u) { return base_erfc(u); });
  return *side > 0 ? far_erfc(a) : constants(a)(2) - far_erfc(-a);
}
Tail base_erf(const Tail& a) {
  const auto side = infinite_sign(a);
  if (!side) return smooth(a, [](const Jet& u) { return base_erf(u); });
  return *side > 0 ? constants(a)(1) - far_erfc(a) : far_erfc(-a) - constants(a)(1);
}
Tail base_gaussian_cdf(const Tail& a) {
  const auto side = infinite_sign(a);
  if (!side) return smooth(a, [](const Jet& u) { return base_gaussian_cdf(u); });
  return *side > 0 ? constants(a)(1) - far_cdf(a) : far_cdf(-a);
}
Tail base_tanh(const Tail& a) {
  const auto side = infinite_sign(a);
  if (!side) return smooth(a, [](const Jet& u) { return base_tanh(u); });
  const auto K = constants(a);
  const Tail e = base_exp(K(-2 * *side) * a), y = K(1) - K(2) * e / (K(1) + e);
  return *side > 0 ? y : -y;
}
Tail base_atan(const Tail& a) {
  const auto side = infinite_sign(a);
  const auto small = [](const Jet& u) { return base_atan(u); };
  if (!side) return smooth(a, small);
  const auto K = constants(a);
  return K(*side * 1.5707963267948966) - smooth(K(1) / a, small);
}
Tail base_sin(const Tail& a) {
  if (settled(a)) return smooth(a, [](const Jet& u) { return base_sin(u); });
  return within(Ball::between(-1, 1), a, infinite_sign(a).has_value());
}
Tail base_cos(const Tail& a) {
  if (settled(a)) return smooth(a, [](const Jet& u) { return base_cos(u); });
  return within(Ball::between(-1, 1), a, infinite_sign(a).has_value());
}
Tail base_sinc(const Tail& a) {
  if (settled(a)) return smooth(a, [](const Jet& u) { return base_sinc(u); });
  return base_sin(a) / a;
}
Tail base_sinc_derivative(const Tail& a) {
  if (settled(a)) return smooth(a, [](const Jet& u) { return base_sinc_derivative(u); });
  return (base_cos(a) - base_sin(a) / a) / a;
}
/// log(u + sqrt(1 + u^2)), u -> inf.
Tail base_asinh(const Tail& a) {
  const auto side = infinite_sign(a);
  if (!side) return smooth(a, [](const Jet& u) { return base_asinh(u); });
  const auto K = constants(a);
  const Tail u = K(*side) * a, y = log_of(u + base_sqrt(K(1) + u * u));
  return K(*side) * y;
}
/// Si(u) = pi/2 - f(u) cos u - g(u) sin u, 0 < f < 1/u, 0 < g < 1/u^2.
Tail base_sine_integral(const Tail& a) {
  const auto side = infinite_sign(a);
  if (!side) return smooth(a, [](const Jet& u) { return base_sine_integral(u); });
  const auto K = constants(a);
  return K(*side * 1.5707963267948966) + within(Ball::between(-2, 2), a) / a;
}
/// Li2(-t), t -> inf: -pi^2/6 - log(t)^2 / 2 - Li2(-1/t).
Tail base_dilog(const Tail& a) {
  const auto small = [](const Jet& u) { return base_dilog(u); };
  const auto s = settled(a);
  if (s && s->value.is(0)) {  // Li2(z) = z + z^2/4 ..: a jet at 0 divides by 0
    const Ball bound = s->rest.range();
    if (!certainly_less(abs(bound), Ball(0.5))) return unknown(a);
    return s->rest + within(Ball::between(0, 0.5), a) * s->rest * s->rest;
  }
  if (s) return smooth(a, small);
  if (infinite_sign(a) != -1) return unknown(a);
  const auto K = constants(a);
  const Tail l = log_of(-a);
  const Ball pi = constant(1.5707963267948966) * Ball(2);
  return -Tail::number(pi * pi / Ball(6), a.from()) - K(0.5) * (l * l) - base_dilog(K(1) / a);
}

namespace {

/// A table far out: its polynomial, and what is left of the integral.
Tail table_tail(const Table& table, const Tail& u) {
  const auto side = infinite_sign(u);
  if (!side) {
    const auto s = settled(u);
    if (!s || !s->rest.terms().empty()) return unknown(u);
    return one_term(enclose(table, s->value), {}, s->constant, u);
  }
  const auto K = constants(u);
  Tail sum = zero(u);
  const auto& c = *side > 0 ? table.right_tail() : table.left_tail();
  for (std::size_t k = c.size(); k-- > 0;) sum = sum * u + K(c[k]);
  sum.add({enclose(table, Ball()), {}, true, false});  // P(0) = 0: the error alone
  return sum;
}

}  // namespace

Tail tail(const Expr& e, double side, double from, std::span<const Ball> theta) {
  const Tail none = Tail::number(Ball(), from);
  std::vector<Tail> v(e.nodes.size(), none);
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    const Node& n = e.nodes[i];
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    switch (n.op) {
      case Op::Var: v[i] = Tail::variable(side, from); break;
      case Op::Param: v[i] = Tail::number(theta[n.a], from); break;
      case Op::Lit: v[i] = Tail::number(constant(e.literals[n.a]), from); break;
      case Op::Integral: v[i] = table_tail(*e.tables[n.b], v[n.a]); break;
      default: {
        const int arity = primitive(n.op).arity;
        const auto at = [&](int k) -> const Tail& { return k < arity ? v[operands[k]] : none; };
        v[i] = exact::row_value(n.op, at(0), at(1), at(2), at(3));
      }
    }
  }
  return v[e.outputs.front()];
}

}  // namespace antigrad::space
