#include "kernels/near.hpp"

#include <vector>

#include "kernels/rewrite.hpp"

namespace antigrad::kernels {
namespace {

using space::Builder;
using space::Expr;
using space::Op;
using space::Sym;

/// The outputs of e in another builder, operation by operation.
std::vector<Sym> copied(Builder& out, const Expr& e) {
  std::vector<Sym> at, outputs;
  for (const space::Node& n : e.nodes) at.push_back(copy_node(out, e, n, at));
  for (const auto o : e.outputs) outputs.push_back(at[o]);
  return outputs;
}

}  // namespace

Expr near_where_it_serves(const Program& program) {
  Builder out;
  const auto near = copied(out, program.near);
  auto whole = copied(out, program.expr);
  const Sym size = {&out, out.raw(Op::Abs, out.variable(0).id).id},
            reach = out.literal(program.reach);
  for (std::size_t k = 0; k < static_cast<std::size_t>(program.elementwise); ++k)
    whole[k] = {&out, out.raw(Op::LessEqual, size.id, reach.id, near[k].id, whole[k].id).id};
  return out.finish(whole);
}

}  // namespace antigrad::kernels
