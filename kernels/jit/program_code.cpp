#ifdef ANTIGRAD_LLVM
#include "kernels/jit/program_code.hpp"

#include "kernels/float_table.hpp"

namespace antigrad::kernels {
namespace {

using llvm::Value;
using space::Node;
using space::Op;

bool operands_in(const Values& values, const Node& n) {
  const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
  for (int k = 0; k < space::primitive(n.op).arity; ++k)
    if (!values[operands[k]]) return false;
  return true;
}

}  // namespace

ProgramCode::ProgramCode(llvm::IRBuilder<>& ir, VectorOps& ops, const Isa& isa,
                         llvm::Module& module, const Program& program, const space::Expr& expr,
                         bool fuses)
    : ir_(ir), ops_(ops), program_(program), expr_(expr), fuses_(fuses) {
  if (program.wide) return;
  for (const auto& table : expr.tables)
    lookups_.emplace_back(ir_, ops_, isa, module, make_float_table(*table));
}

void ProgramCode::emit_uniform_nodes(Value* parameters) {
  llvm::Type* const scalar = ops_.type()->getElementType();
  uniform_.resize(expr_.nodes.size());
  for (std::size_t i = 0; i < expr_.nodes.size(); ++i) {
    const Node& n = expr_.nodes[i];
    if (n.op == Op::Var) continue;
    if (n.op == Op::Lit) {
      uniform_[i] = ops_.literal(expr_.literals[n.a]);
    } else if (n.op == Op::Param) {
      Value* const at = ir_.CreateConstGEP1_32(scalar, parameters, n.a);
      uniform_[i] = ir_.CreateVectorSplat(ops_.lanes(), ir_.CreateLoad(scalar, at));
    } else if (operands_in(uniform_, n)) {
      uniform_[i] = operation(n, uniform_);
    }
  }
}

Value* ProgramCode::operation(const Node& n, const Values& v) {
  if (n.op == Op::Integral)
    return lookups_.empty() ? ops_.integral(expr_.tables[n.b].get(), v[n.a])
                            : lookups_[n.b].value(v[n.a]);
  return ops_.apply(n.op, v[n.a], v[n.b], v[n.c], v[n.d]);
}

std::vector<Values> ProgramCode::compute(int copies, const std::function<Value*(int, int)>& load) {
  std::vector<Values> v(static_cast<std::size_t>(copies), uniform_);
  const auto& nodes = expr_.nodes;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (uniform_[i]) continue;
    for (int u = 0; u < copies; ++u) {
      Values& at = v[static_cast<std::size_t>(u)];
      at[i] = nodes[i].op == Op::Var ? load(u, nodes[i].a) : operation(nodes[i], at);
    }
  }
  return v;
}

/// The node that is added up for reduction k.
std::uint16_t ProgramCode::summed(int k) const {
  const auto i = expr_.outputs[static_cast<std::size_t>(program_.elementwise + k)];
  const Node& n = expr_.nodes[i];
  return n.op == Op::Mul && uniform_[n.a] && !uniform_[n.b] && fuses_ ? n.b : i;
}

Value* ProgramCode::factor(int k) const {
  const auto i = expr_.outputs[static_cast<std::size_t>(program_.elementwise + k)];
  return summed(k) == i ? nullptr : uniform_[expr_.nodes[i].a];
}

Value* ProgramCode::add(Value* sum, const Values& v, int k, Value* mask) {
  const auto node = summed(k);
  const Node& n = expr_.nodes[node];
  Value* const grown = n.op == Op::Mul && fuses_ ? ops_.apply(Op::Fma, v[n.a], v[n.b], sum, nullptr)
                                                 : ir_.CreateFAdd(sum, v[node]);
  return mask ? ir_.CreateSelect(mask, grown, sum) : grown;
}

}  // namespace antigrad::kernels
#endif
