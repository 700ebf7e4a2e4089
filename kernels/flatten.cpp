#include "kernels/flatten.hpp"

#include <vector>

#include "kernels/rewrite.hpp"
#include "space/builder.hpp"
#include "space/rows-inl.hpp"

namespace antigrad::kernels {
namespace {

using space::Builder;
using space::Op;
using space::Sym;

/// A node under construction; nothing is folded.
struct Flat {
  Builder* builder = nullptr;
  std::uint16_t id = 0;
};

template <class... Rest>
Flat node(Op op, Flat a, Rest... rest) {
  return {a.builder, a.builder->raw(op, a.id, rest.id...).id};
}

auto constants(Flat a) {
  return [builder = a.builder](double c) { return Flat{builder, builder->literal(c).id}; };
}

Flat operator+(Flat a, Flat b) { return node(Op::Add, a, b); }
Flat operator-(Flat a, Flat b) { return node(Op::Sub, a, b); }
Flat operator*(Flat a, Flat b) { return node(Op::Mul, a, b); }
Flat operator/(Flat a, Flat b) { return node(Op::Div, a, b); }
Flat operator-(Flat a) { return node(Op::Neg, a); }
Flat base_abs(Flat a) { return node(Op::Abs, a); }
Flat base_sqrt(Flat a) { return node(Op::Sqrt, a); }
Flat base_min(Flat a, Flat b) { return node(Op::Min, a, b); }
Flat base_max(Flat a, Flat b) { return node(Op::Max, a, b); }
Flat base_less(Flat a, Flat b, Flat c, Flat d) { return node(Op::Less, a, b, c, d); }
Flat base_less_equal(Flat a, Flat b, Flat c, Flat d) { return node(Op::LessEqual, a, b, c, d); }
Flat base_copysign(Flat a, Flat b) { return node(Op::CopySign, a, b); }
Flat base_exp(Flat a) { return node(Op::Exp, a); }
Flat base_expm1(Flat a) { return node(Op::Expm1, a); }
Flat base_log1p(Flat a) { return node(Op::Log1p, a); }
Flat base_erf(Flat a) { return node(Op::Erf, a); }
Flat base_erfc(Flat a) { return node(Op::Erfc, a); }
Flat base_tanh(Flat a) { return node(Op::Tanh, a); }
Flat base_atan(Flat a) { return node(Op::Atan, a); }
Flat base_sin(Flat a) { return node(Op::Sin, a); }
Flat base_cos(Flat a) { return node(Op::Cos, a); }

/// The row's formula, as nodes.
Flat row(Op op, Flat a) {
  switch (op) {
#define PRIMITIVE(ID, NAME, ...) \
  case Op::ID: {                 \
    return space::rows::NAME(a); \
  }
#include "space/primitives.def"
    default: return a;
  }
}

}  // namespace

space::Expr flatten(const space::Expr& e) {
  Builder out;
  std::vector<Sym> at;
  for (const space::Node& n : e.nodes)
    at.push_back(space::primitive(n.op).core ? copy_node(out, e, n, at)
                                             : Sym{&out, row(n.op, Flat{&out, at[n.a].id}).id});
  std::vector<Sym> outputs;
  for (const auto o : e.outputs) outputs.push_back(at[o]);
  return space::simplify(out.finish(outputs));
}

}  // namespace antigrad::kernels
