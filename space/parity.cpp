#include "space/parity.hpp"

#include <algorithm>
#include <cmath>

#include "space/exact-inl.hpp"
#include "space/gradient.hpp"
#include "space/normal_form.hpp"

namespace antigrad::space {

namespace {

Parity both(Parity a, Parity b) { return {a.even && b.even, a.odd && b.odd}; }
Parity product(Parity a, Parity b) {
  return {(a.even && b.even) || (a.odd && b.odd), (a.even && b.odd) || (a.odd && b.even)};
}
/// A function of which nothing is known, of a.
Parity of_any(Parity a) { return {a.even, false}; }
Parity of_odd(Parity a) { return {a.even, a.odd}; }
Parity of_even(Parity a) { return {a.even || a.odd, false}; }

}  // namespace

// What row formulas call.
Parity operator+(Parity a, Parity b) { return both(a, b); }
Parity operator-(Parity a, Parity b) { return both(a, b); }
Parity operator*(Parity a, Parity b) { return product(a, b); }
Parity operator/(Parity a, Parity b) { return product(a, b); }
Parity operator-(Parity a) { return a; }
inline auto constants(Parity) {
  return [](double c) { return Parity{true, c == 0}; };
}
Parity base_abs(Parity a) { return of_even(a); }
Parity base_sqrt(Parity a) { return of_any(a); }
Parity base_min(Parity a, Parity b) { return {a.even && b.even, false}; }
Parity base_max(Parity a, Parity b) { return {a.even && b.even, false}; }
Parity base_less(Parity a, Parity b, Parity c, Parity d) {
  return a.even && b.even ? both(c, d) : Parity{};
}
Parity base_less_equal(Parity a, Parity b, Parity c, Parity d) { return base_less(a, b, c, d); }
Parity base_copysign(Parity a, Parity b) {
  return a.even || a.odd ? Parity{b.even, b.odd && !b.even} : Parity{};
}
Parity base_fma(Parity a, Parity b, Parity c) { return both(product(a, b), c); }
Parity base_round(Parity a) { return of_odd(a); }
Parity base_scale2(Parity a, Parity b) { return b.even ? a : Parity{}; }
Parity base_exponent(Parity a) { return of_even(a); }
Parity base_exp(Parity a) { return of_any(a); }
Parity base_expm1(Parity a) { return of_any(a); }
Parity base_log1p(Parity a) { return of_any(a); }
Parity base_erf(Parity a) { return of_odd(a); }
Parity base_erfc(Parity a) { return of_any(a); }
Parity base_gaussian_cdf(Parity a) { return of_any(a); }
Parity base_sigmoid(Parity a) { return of_any(a); }
Parity base_softplus(Parity a) { return of_any(a); }
Parity base_tanh(Parity a) { return of_odd(a); }
Parity base_atan(Parity a) { return of_odd(a); }
Parity base_sin(Parity a) { return of_odd(a); }
Parity base_cos(Parity a) { return of_even(a); }
Parity base_sinc(Parity a) { return of_even(a); }
Parity base_sinc_derivative(Parity a) { return of_odd(a); }
Parity base_dilog(Parity a) { return of_any(a); }
Parity base_asinh(Parity a) { return of_odd(a); }
Parity base_sine_integral(Parity a) { return of_odd(a); }

namespace {

/// By the formula for floats or by the exact one, whichever shows it.
Parity of_row(Op op, Parity a) {
  switch (op) {
#define CORE(ID, NAME, ARITY, Y, ...) \
  case Op::ID: {                      \
    return a;                         \
  }
#define PRIMITIVE(ID, NAME, ...)                            \
  case Op::ID: {                                            \
    const Parity one = rows::NAME(a), two = exact::NAME(a); \
    return {one.even || two.even, one.odd || two.odd};      \
  }
#include "space/primitives.def"
  }
  return {};
}

/// p(a x + b) with a > 0 or, where p has no parity, as it is; `sign` is what comes out.
Factor upright(Factor f, double& sign) {
  if (f.composed()) return f;
  const Parity p = of_row(f.primitive, {false, true});
  if (f.scale.base < 0 && f.scale.constant() && (p.even || p.odd)) {
    f.scale = -1.0 * f.scale;
    f.shift = -1.0 * f.shift;
    if (p.odd) sign = -sign;
  }
  return f;
}

/// h(sign x) for a sum of terms, in one order.
std::vector<Term> turned(std::vector<Term> terms, double sign) {
  for (Term& t : terms) {
    double factor = t.power % 2 ? sign : 1;
    for (Factor& f : t.factors) {
      f.scale = sign * f.scale;
      f = upright(f, factor);
    }
    t.weight = factor * t.weight;
  }
  return merged(std::move(terms));
}

bool same_terms(const std::vector<Term>& a, std::vector<Term> b) {
  if (a.size() != b.size()) return false;
  return std::ranges::all_of(a, [&](const Term& t) { return std::ranges::count(b, t) == 1; });
}

Parity of_gradient(const Gradient& g) {
  Parity out{true, true};
  const std::size_t n = g.pieces.size();
  for (std::size_t i = 0; i + 1 < n; ++i)
    if (g.knots[i] != -g.knots[n - 2 - i]) return {};
  for (std::size_t i = 0; i < n; ++i) {
    const auto mirrored = turned(g.pieces[n - 1 - i].terms, -1);
    auto own = turned(g.pieces[i].terms, 1);
    out.even = out.even && same_terms(mirrored, own);
    for (Term& t : own) t.weight = -1.0 * t.weight;
    out.odd = out.odd && same_terms(mirrored, own);
  }
  return out;
}

}  // namespace

Parity parity(const Expr& e) {
  std::vector<Parity> v(e.nodes.size());
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    const Node& n = e.nodes[i];
    const Primitive& p = primitive(n.op);
    if (n.op == Op::Var) {
      v[i] = {false, true};
    } else if (n.op == Op::Param || n.op == Op::Lit) {
      v[i] = {true, n.op == Op::Lit && e.literals[n.a] == 0};
    } else if (n.op == Op::Integral) {
      v[i] = of_any(v[n.a]);
    } else if (!p.core) {
      v[i] = of_row(n.op, v[n.a]);
    } else {
      const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
      const auto at = [&](int k) { return k < p.arity ? v[operands[k]] : Parity{true, true}; };
      v[i] = exact::row_value(n.op, at(0), at(1), at(2), at(3));
    }
  }
  return v[e.outputs.front()];
}

Parity parity_of_f(const Activation& a) {
  if (a.by_f) return parity(a.f);
  std::string_view text = a.text;
  if (a.gate) text = text.substr(5, text.size() - 6);  // gate(...)
  const Gradient g = parse_gradient(text);
  const Parity p = of_gradient(g);
  if (p.even && p.odd) return {};
  const bool at_zero = g.anchor.at == 0 && g.anchor.value == 0;
  return {p.odd, p.even && at_zero};
}

}  // namespace antigrad::space
