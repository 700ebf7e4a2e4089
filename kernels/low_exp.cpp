#include "kernels/low_exp.hpp"

#include <cmath>

namespace antigrad::kernels {
namespace {

using space::Builder;
using space::Node;
using space::Op;

constexpr double kLog2e = 1.4426950408889634;
constexpr double kLn2High = 0x1.62e430p-1, kLn2Low = -0x1.05c610p-29;
constexpr double kLowest = -104;  // e^x is 0 below

// (e^r - 1 - r) / r^2 on |r| <= ln(2) / 2; as a part of e^r - 1: 1.4e-8.
constexpr double kExpm1[] = {0.49999997, 0.166665465, 0.0416674428, 0.00836625323, 0.00138699578};

// The same, 1.1e-7 of e^r.
constexpr double kExpm1Absolute[] = {0.499992281, 0.166671053, 0.041890651, 0.00831347331};

// (log1p(e) - e) / e^2 on [0, 1]; as a part of log1p(e): 3.3e-8.
constexpr double kLog1pUnit[] = {-0.499996483, 0.3332133,    -0.248572052,  0.191537514,
                                 -0.137538895, 0.0792044327, -0.0300651677, 0.00536455447};

// The same, within 4.9e-8.
constexpr double kLog1pUnitAbsolute[] = {-0.499949753, 0.332375646,  -0.242892578,  0.172071263,
                                         -0.100368783, 0.0390984826, -0.00718714437};

using Rest = std::optional<Low>;

Rest sum(Rest a, Rest b) {
  if (!a || !b) return a ? a : b;
  return *a + *b;
}
Rest product(Low factor, Rest rest) {
  if (!rest) return rest;
  return factor * *rest;
}

/// The rounding of a + b by Knuth's two-sum.
Low rounding_of_sum(Low a, Low b, Low total) {
  const Low second = total - a;
  return (a - (total - second)) + (b - second);
}

bool is_power_of_two(Low a) {
  const Builder& e = *a.builder;
  if (e.node({a.builder, a.id}).op != Op::Lit) return false;
  int exponent = 0;
  return std::fabs(std::frexp(e.literal_value({a.builder, a.id}), &exponent)) == 0.5;
}

Rest rounding_of_literal(Low a) {
  const double value = a.builder->literal_value({a.builder, a.id});
  const double rest = value - static_cast<double>(static_cast<float>(value));
  if (rest == 0) return {};
  return constants(a)(rest);
}

Rest rounding_of_product(Low a, Low b, Low y) {
  const Rest inner = sum(product(a, rounding(b)), product(b, rounding(a)));
  if (is_power_of_two(a) || is_power_of_two(b)) return inner;
  return sum(base_fma(a, b, -y), inner);
}

Rest rounding_of_quotient(Low a, Low b, Low y) {
  const Rest from_b = rounding(b);
  Rest rest = sum(base_fma(-y, b, a), rounding(a));
  if (from_b) rest = sum(rest, -(y * *from_b));
  return *rest * (constants(a)(1) / b);
}

}  // namespace

Low polynomial(Low t, std::span<const double> c) {
  const auto K = constants(t);
  Low y = K(c.back());
  for (std::size_t i = c.size() - 1; i-- > 0;) y = base_fma(y, t, K(c[i]));
  return y;
}

Rest rounding(Low y) {
  const Node n = y.builder->node({y.builder, y.id});
  const Low a{y.builder, n.a}, b{y.builder, n.b};
  switch (n.op) {
    case Op::Lit: return rounding_of_literal(y);
    case Op::Neg: return product(constants(a)(-1), rounding(a));
    case Op::Abs: {
      const Rest rest = rounding(a);
      if (!rest) return rest;
      return *rest * base_copysign(constants(a)(1), a);
    }
    case Op::Add: return sum(rounding_of_sum(a, b, y), sum(rounding(a), rounding(b)));
    case Op::Sub: {
      const Rest from_b = product(constants(a)(-1), rounding(b));
      return sum(rounding_of_sum(a, -b, y), sum(rounding(a), from_b));
    }
    case Op::Less:
    case Op::LessEqual: {
      const Low c{y.builder, n.c}, d{y.builder, n.d};
      const Rest from_c = rounding(c), from_d = rounding(d);
      if (!from_c && !from_d) return {};
      const Low zero = constants(y)(0);
      return node(n.op, a, b, from_c.value_or(zero), from_d.value_or(zero));
    }
    case Op::Mul: return rounding_of_product(a, b, y);
    case Op::Div: return rounding_of_quotient(a, b, y);
    default: return {};
  }
}

/// x = n ln 2 + r with |r| <= ln(2) / 2.
Power power_of_e(Low x, Rest rest) {
  const auto K = constants(x);
  const Low n = base_round(x * K(kLog2e)), first = base_fma(n, K(-kLn2High), x);
  if (!rest) {
    const Low r = base_fma(n, K(-kLn2Low), first);
    return {n, base_fma(r * r, polynomial(r, kExpm1), r)};
  }
  const Low second = base_fma(n, K(-kLn2Low), *rest), r = first + second;
  return {n, r + base_fma(r * r, polynomial(r, kExpm1), second - (r - first))};
}

Power short_decay(Low x) {
  const auto K = constants(x);
  const Low n = base_round(x * K(kLog2e)), r = base_fma(n, K(-kLn2High), x);
  const bool absolute = x.errors == Errors::absolute;
  const std::span<const double> c = absolute ? std::span<const double>(kExpm1Absolute) : kExpm1;
  return {n, base_fma(r * r, polynomial(r, c), r)};
}

Power decay(Low x, Rest rest) {
  const auto K = constants(x);
  if (x.errors == Errors::absolute) return short_decay(base_max(x, K(kLowest)));
  rest = sum(rounding(x), rest);
  if (rest) rest = base_less(K(kLowest), x, *rest, K(0));
  return power_of_e(base_max(x, K(kLowest)), rest);
}

Low negative_magnitude(Low a) {
  Builder& e = *a.builder;
  const Node n = e.node({&e, a.id});
  if (n.op == Op::Lit) return constants(a)(-std::fabs(e.literal_value({&e, a.id})));
  if (n.op != Op::Mul) return -base_abs(a);
  return negative_magnitude(sibling(a, {&e, n.a})) * base_abs(sibling(a, {&e, n.b}));
}

Low value_of(Power p) { return base_scale2(p.u + constants(p.u)(1), p.n); }

Low less_one(Power p) {
  if (p.u.errors == Errors::absolute) return value_of(p) - constants(p.u)(1);
  const Low half = half_less_one(p);
  return half + half;
}

Low half_less_one(Power p) {
  const auto K = constants(p.u);
  const Low half = base_scale2(K(0.5), p.n);
  return base_fma(half, p.u, half - K(0.5));
}

Low log1p_of_unit(Low e) {
  const bool absolute = e.errors == Errors::absolute;
  const std::span<const double> c =
      absolute ? std::span<const double>(kLog1pUnitAbsolute) : kLog1pUnit;
  return base_fma(e * e, polynomial(e, c), e);
}

}  // namespace antigrad::kernels
