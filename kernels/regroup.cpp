#include "kernels/regroup.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "kernels/lower.hpp"
#include "kernels/rewrite.hpp"

namespace antigrad::kernels {
namespace {

using space::Builder;
using space::Expr;
using space::Node;
using space::Op;
using space::Sym;

/// How many quotients have each denominator.
std::map<std::uint16_t, int> denominators(const Expr& e) {
  std::map<std::uint16_t, int> count;
  for (const Node& n : e.nodes)
    if (n.op == Op::Div) ++count[n.b];
  return count;
}

Expr share_reciprocals(const Expr& e) {
  auto count = denominators(e);
  Builder out;
  std::vector<Sym> at;
  for (const Node& n : e.nodes)
    if (n.op == Op::Div && count[n.b] > 1)
      at.push_back(at[n.a] * (out.literal(1) / at[n.b]));
    else
      at.push_back(copy_node(out, e, n, at));
  std::vector<Sym> outputs;
  for (const auto o : e.outputs) outputs.push_back(at[o]);
  return out.finish(outputs);
}

/// The factors of node i, through products and signs.
struct Factors {
  std::vector<std::uint16_t> nodes;
  bool negative = false;
};
void collect(const Expr& e, std::uint16_t i, Factors& f) {
  const Node& n = e.nodes[i];
  if (n.op == Op::Mul) {
    collect(e, n.a, f);
    collect(e, n.b, f);
  } else if (n.op == Op::Neg) {
    f.negative = !f.negative;
    collect(e, n.a, f);
  } else {
    f.nodes.push_back(i);
  }
}

class Regrouping {
 public:
  explicit Regrouping(const Expr& e) : e_(e), uniform_(uniform_nodes(e)) {
    for (const Node& n : e.nodes) at_.push_back(copy_node(out_, e, n, at_));
  }

  Sym at(std::uint16_t i) const { return at_[i]; }

  Sym product(std::uint16_t i) {
    Factors f;
    collect(e_, i, f);
    std::ranges::sort(f.nodes);
    Sym uniform = out_.literal(f.negative ? -1 : 1), varying = out_.literal(1);
    for (const auto k : f.nodes) (uniform_[k] ? uniform : varying) = multiply(k, uniform, varying);
    return uniform * varying;
  }

  Expr finish(const std::vector<Sym>& outputs) const { return out_.finish(outputs); }

 private:
  Sym multiply(std::uint16_t k, Sym uniform, Sym varying) const {
    return (uniform_[k] ? uniform : varying) * at_[k];
  }

  const Expr& e_;
  const std::vector<bool> uniform_;
  Builder out_;
  std::vector<Sym> at_;
};

}  // namespace

Program regroup(const Program& program) {
  const Expr shared = share_reciprocals(program.expr);
  Regrouping r(shared);
  std::vector<Sym> outputs;
  for (std::size_t k = 0; k < shared.outputs.size(); ++k) {
    const bool reduction = k >= static_cast<std::size_t>(program.elementwise);
    outputs.push_back(reduction ? r.product(shared.outputs[k]) : r.at(shared.outputs[k]));
  }
  Program out = program;
  out.expr = r.finish(outputs);
  return out;
}

space::Expr float32_form(Program program, const space::Expr& e) {
  // In long programs what is shared would only keep registers.
  constexpr std::size_t kLong = 200;
  program.expr = e;
  const bool group = program.errors == Errors::absolute && e.nodes.size() <= kLong;
  return lower(group ? regroup(program).expr : e, program.errors);
}

}  // namespace antigrad::kernels
