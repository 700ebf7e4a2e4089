// Symbolic derivatives by forward accumulation over the rows' tangent and slope formulas. Forward,
// because the tangent of a selection is a selection of tangents: the branch not taken can overflow
// without touching the result.
#include <cmath>
#include <limits>
#include <vector>

#include "space/builder.hpp"
#include "space/expr.hpp"
#include "space/table.hpp"

namespace antigrad::space {
namespace {

using namespace symbolic;

Sym fma(Sym a, Sym b, Sym c) { return a.builder->apply(Op::Fma, a, b, c); }

/// Tangent of one core operation.
Sym core_tangent(Op op, const Sym v[4], const Sym t[4], Sym y) {
  const Sym a = v[0], b = v[1], c = v[2], d = v[3], ta = t[0], tb = t[1], tc = t[2], td = t[3];
  const auto K = constants(y);
  switch (op) {
#define CORE(ID, NAME, ARITY, Y, TANGENT) \
  case Op::ID: {                          \
    return TANGENT;                       \
  }
#include "space/primitives.def"
    default: break;
  }
  (void)c, (void)d, (void)&fma;
  return y;
}

/// d outputs[0] along the one input or parameter that `is_seed` names.
template <class IsSeed>
Expr tangent(const Expr& e, const IsSeed& is_seed) {
  Builder out;
  const Sym zero = out.literal(0);
  std::vector<Sym> value(e.nodes.size(), zero), slope_of(e.nodes.size(), zero);
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    const Node& n = e.nodes[i];
    const Primitive& p = primitive(n.op);
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    Sym v[4] = {zero, zero, zero, zero}, t[4] = {zero, zero, zero, zero};
    for (int k = 0; k < p.arity; ++k) {  // the rest may be numbers of parameters, not of nodes
      v[k] = value[operands[k]];
      t[k] = slope_of[operands[k]];
    }
    const auto moves = [&] {
      for (int k = 0; k < p.arity; ++k)
        if (!out.is_literal(t[k], 0)) return true;
      return false;
    };
    switch (n.op) {
      case Op::Var: value[i] = out.variable(n.a); break;
      case Op::Param: value[i] = out.param(n.a); break;
      case Op::Lit: value[i] = out.literal(e.literals[n.a]); break;
      case Op::Integral: {
        value[i] = out.integral(e.tables[n.b], v[0]);
        if (moves())
          slope_of[i] = t[0] * out.inline_expr(e.tables[n.b]->integrand(), {&v[0], 1}).front();
        continue;
      }
      case Op::Add: value[i] = v[0] + v[1]; break;
      case Op::Sub: value[i] = v[0] - v[1]; break;
      case Op::Mul: value[i] = v[0] * v[1]; break;
      case Op::Div: value[i] = v[0] / v[1]; break;
      case Op::Neg: value[i] = -v[0]; break;
      default: value[i] = out.apply(n.op, v[0], v[1], v[2], v[3]);
    }
    if (is_seed(n))
      slope_of[i] = out.literal(1);
    else if (p.arity > 0 && moves())
      slope_of[i] =
          p.core ? core_tangent(n.op, v, t, value[i]) : t[0] * slope(n.op, v[0], value[i]);
  }
  return out.finish(slope_of[e.outputs.front()]);
}

}  // namespace

Expr derivative(const Expr& e) {
  return tangent(e, [](const Node& n) { return n.op == Op::Var && n.a == 0; });
}

Expr derivative_param(const Expr& e, int k) {
  return tangent(e, [k](const Node& n) { return n.op == Op::Param && n.a == k; });
}

Expr bundle(std::span<const Expr> parts) {
  Builder out;
  std::vector<Sym> outputs;
  for (const Expr& part : parts)
    for (const Sym s : out.inline_expr(part, {})) outputs.push_back(s);
  return out.finish(outputs);
}

}  // namespace antigrad::space
