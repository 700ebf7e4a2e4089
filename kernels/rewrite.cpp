#include "kernels/rewrite.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

#include "space/activation.hpp"

namespace antigrad::kernels {
namespace {

using space::Builder;
using space::Expr;
using space::Node;
using space::Op;
using space::Sym;

constexpr Rule kRules[] = {
    {"exp(x) - 1", "expm1(x)"},
    {"log1p(exp(x))", "softplus(x)"},
    {"1/(1 + exp(-x))", "sigmoid(x)"},
    {"exp(x)/(1 + exp(x))", "sigmoid(x)"},
    {"1 - sigmoid(x)", "sigmoid(-x)"},
    {"tanh(softplus(x))", "mish_gate(x)"},
    {"0.5*(1 + tanh(x))", "sigmoid(2*x)"},
    {"0.5*y*(1 + tanh(x))", "y*sigmoid(2*x)"},
    {"1 + erf(x)", "erfc(-x)"},
    {"1 - erf(x)", "erfc(x)"},
    {"1 - normal_cdf(x)", "normal_cdf(-x)"},
    {"0.5*erfc(-0.7071067811865476*x)", "normal_cdf(x)"},
    {"0.5*y*erfc(-0.7071067811865476*x)", "y*normal_cdf(x)"},
};

struct ParsedRule {
  Expr from, to;
};
const std::vector<ParsedRule>& parsed_rules() {
  static const auto parsed = [] {
    std::vector<ParsedRule> all;
    for (const Rule& r : kRules) all.push_back({pattern(r.from), pattern(r.to)});
    return all;
  }();
  return parsed;
}

bool bind(std::optional<std::uint16_t>& name, std::uint16_t i) {
  if (!name) name = i;
  return *name == i;
}

bool matches(const Expr& p, std::uint16_t k, const Expr& e, std::uint16_t i, Match& found) {
  const Node &a = p.nodes[k], &b = e.nodes[i];
  if (a.op == Op::Var) return bind(found.x, i);
  if (a.op == Op::Param) return bind(found.y, i);
  if (a.op != b.op) return false;
  if (a.op == Op::Lit) return p.literals[a.a] == e.literals[b.a];
  const std::uint16_t wanted[] = {a.a, a.b, a.c, a.d}, have[] = {b.a, b.b, b.c, b.d};
  const auto operands_match = [&](int swapped) {
    for (int n = 0; n < space::primitive(a.op).arity; ++n)
      if (!matches(p, wanted[n], e, have[n ^ swapped], found)) return false;
    return true;
  };
  const Match before = found;
  if (operands_match(0)) return true;
  found = before;
  return (a.op == Op::Add || a.op == Op::Mul) && operands_match(1);
}

/// e with node i := rule.to.
Expr replaced(const Expr& e, std::size_t i, const ParsedRule& rule, const Match& found) {
  Builder out;
  std::vector<Sym> at;
  for (std::size_t k = 0; k < e.nodes.size(); ++k) {
    if (k != i) {
      at.push_back(copy_node(out, e, e.nodes[k], at));
      continue;
    }
    const Sym none = out.literal(0);
    const Sym x = found.x ? at[*found.x] : none, y = found.y ? at[*found.y] : none;
    at.push_back(out.inline_expr(rule.to, {&x, 1}, {&y, 1}).front());
  }
  std::vector<Sym> outputs;
  for (const auto o : e.outputs) outputs.push_back(at[o]);
  return out.finish(outputs);
}

}  // namespace

Sym copy_node(Builder& out, const Expr& e, const Node& n, std::span<const Sym> at) {
  const auto id = [&](int k, std::uint16_t operand) {
    return k < space::primitive(n.op).arity ? at[operand].id : operand;
  };
  switch (n.op) {
    case Op::Var: return out.variable(n.a);
    case Op::Param: return out.param(n.a);
    case Op::Lit: return out.literal(e.literals[n.a]);
    case Op::Integral: return out.integral(e.tables[n.b], at[n.a]);
    default: return out.raw(n.op, id(0, n.a), id(1, n.b), id(2, n.c), id(3, n.d));
  }
}

std::vector<bool> uniform_nodes(const Expr& e) {
  std::vector<bool> uniform;
  for (const Node& n : e.nodes) {
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    bool all = n.op != Op::Var;
    for (int k = 0; k < space::primitive(n.op).arity; ++k) all = all && uniform[operands[k]];
    uniform.push_back(all);
  }
  return uniform;
}

std::span<const Rule> rules() { return kRules; }

Expr pattern(const char* text) {
  return space::parse_activation(fmt::format("[y = 1] f: {}", text)).f;
}

std::optional<Match> match(const Expr& p, const Expr& e, std::uint16_t i) {
  Match found;
  if (!matches(p, p.outputs.front(), e, i, found)) return std::nullopt;
  return found;
}

Expr rewrite(const Expr& e) {
  Expr now = e;
  for (std::size_t i = 0; i < now.nodes.size(); ++i)
    for (const ParsedRule& rule : parsed_rules()) {
      const auto found = match(rule.from, now, static_cast<std::uint16_t>(i));
      if (!found) continue;
      Expr next = replaced(now, i, rule, *found);
      if (next.nodes.size() >= now.nodes.size()) continue;
      now = std::move(next);
      i = 0;
    }
  return now;
}

}  // namespace antigrad::kernels
