// Low: a node of an expression under construction, with the operators and base_* functions that the
// rows' formulas call. No operation is folded: float32 arithmetic happens as written. A node knows
// which errors its program may have.
#pragma once
#include <cstdint>

#include "kernels/errors.hpp"
#include "space/builder.hpp"

namespace antigrad::kernels {

struct Low {
  space::Builder* builder = nullptr;
  std::uint16_t id = 0;
  Errors errors = Errors::relative;
};

/// The node of the same expression, for the same errors.
inline Low sibling(Low a, space::Sym s) { return {a.builder, s.id, a.errors}; }

inline Low node(space::Op op, Low a, Low b, Low c, Low d) {
  return sibling(a, a.builder->raw(op, a.id, b.id, c.id, d.id));
}
inline Low node(space::Op op, Low a, Low b, Low c) {
  return sibling(a, a.builder->raw(op, a.id, b.id, c.id));
}
inline Low node(space::Op op, Low a, Low b) { return sibling(a, a.builder->raw(op, a.id, b.id)); }
inline Low node(space::Op op, Low a) { return sibling(a, a.builder->raw(op, a.id)); }

inline Low operator+(Low a, Low b) { return node(space::Op::Add, a, b); }
inline Low operator-(Low a, Low b) { return node(space::Op::Sub, a, b); }
inline Low operator*(Low a, Low b) { return node(space::Op::Mul, a, b); }
inline Low operator/(Low a, Low b) { return node(space::Op::Div, a, b); }
inline Low operator-(Low a) { return node(space::Op::Neg, a); }

inline auto constants(Low a) {
  return [a](double c) { return sibling(a, a.builder->literal(c)); };
}

inline Low base_abs(Low a) { return node(space::Op::Abs, a); }
inline Low base_sqrt(Low a) { return node(space::Op::Sqrt, a); }
inline Low base_min(Low a, Low b) { return node(space::Op::Min, a, b); }
inline Low base_max(Low a, Low b) { return node(space::Op::Max, a, b); }
inline Low base_less(Low a, Low b, Low c, Low d) { return node(space::Op::Less, a, b, c, d); }
inline Low base_less_equal(Low a, Low b, Low c, Low d) {
  return node(space::Op::LessEqual, a, b, c, d);
}
inline Low base_fma(Low a, Low b, Low c) { return node(space::Op::Fma, a, b, c); }
inline Low base_copysign(Low a, Low b) { return node(space::Op::CopySign, a, b); }
inline Low base_round(Low a) { return node(space::Op::Round, a); }
inline Low base_scale2(Low a, Low n) { return node(space::Op::Scale2, a, n); }
inline Low base_exponent(Low a) { return node(space::Op::Exponent, a); }

// Polynomials (low.cpp). Each error is of the fitted form alone, relative, before rounding.
Low base_exp(Low a);
Low base_expm1(Low a);
Low base_log1p(Low a);
Low base_erf(Low a);
Low base_erfc(Low a);
Low base_tanh(Low a);
Low base_atan(Low a);
Low base_sin(Low a);
Low base_cos(Low a);

}  // namespace antigrad::kernels
