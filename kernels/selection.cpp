#include "kernels/selection.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "kernels/rewrite.hpp"

namespace antigrad::kernels {
namespace {

using space::Builder;
using space::Expr;
using space::Node;
using space::Op;
using space::Sym;

bool selects(const Node& n) { return n.op == Op::Less || n.op == Op::LessEqual; }
bool same_condition(const Node& a, const Node& b) {
  return a.op == b.op && a.a == b.a && a.b == b.b;
}

std::vector<std::uint16_t> operands_of(const Node& n) {
  const std::uint16_t all[] = {n.a, n.b, n.c, n.d};
  return {all, all + space::primitive(n.op).arity};
}

struct Merge {
  Node condition;
  std::uint16_t first, second;
};

/// Selections of different conditions.
std::vector<Node> conditions(const Expr& e) {
  std::vector<Node> all;
  for (const Node& n : e.nodes)
    if (selects(n) &&
        std::ranges::none_of(all, [&](const Node& s) { return same_condition(n, s); }))
      all.push_back(n);
  return all;
}

std::vector<std::uint16_t> calls(const Expr& e) {
  std::vector<std::uint16_t> all;
  for (std::size_t i = 0; i < e.nodes.size(); ++i)
    if (!space::primitive(e.nodes[i].op).core) all.push_back(static_cast<std::uint16_t>(i));
  return all;
}

std::optional<Merge> find_merge(const Expr& e) {
  const auto rows = calls(e);
  if (rows.size() < 2) return std::nullopt;
  for (const Node& s : conditions(e)) {
    const auto left = only_on_side(e, s, 0), right = only_on_side(e, s, 1);
    for (const auto i : rows)
      for (const auto j : rows)
        if (e.nodes[i].op == e.nodes[j].op && left[i] && right[j] && !right[i] && !left[j])
          return Merge{s, i, j};
  }
  return std::nullopt;
}

/// e with both calls of a merge replaced. Neither argument depends on the other call, which would
/// then count on its side too.
class Merged {
 public:
  Merged(const Expr& e, const Merge& m) : e_(e), m_(m), at_(e.nodes.size()) {}

  Expr build() {
    std::vector<Sym> outputs;
    for (const auto o : e_.outputs) outputs.push_back(get(o));
    return out_.finish(outputs);
  }

 private:
  Sym get(std::uint16_t i) {
    if (at_[i].builder) return at_[i];
    const Node& n = e_.nodes[i];
    if (i == m_.first || i == m_.second) {
      const Sym a = get(m_.condition.a), b = get(m_.condition.b);
      const Sym c = get(e_.nodes[m_.first].a), d = get(e_.nodes[m_.second].a);
      const Sym argument = out_.raw(m_.condition.op, a.id, b.id, c.id, d.id);
      return at_[m_.first] = at_[m_.second] = out_.raw(n.op, argument.id);
    }
    for (const auto k : operands_of(n)) get(k);
    return at_[i] = copy_node(out_, e_, n, at_);
  }

  const Expr& e_;
  const Merge& m_;
  Builder out_;
  std::vector<Sym> at_;
};

/// Multipliers are few, selections run beside them.
int weight(Op op) {
  switch (op) {
    case Op::Mul:
    case Op::Fma: return 2;
    case Op::Div:
    case Op::Sqrt: return 4;
    default: return 0;
  }
}

class OperandSelection {
 public:
  explicit OperandSelection(const Expr& e)
      : e_(e), uniform_(uniform_nodes(e)), uses_(e.nodes.size()) {
    for (const Node& n : e.nodes)
      for (const auto k : operands_of(n)) ++uses_[k];
    for (const auto o : e.outputs) ++uses_[o];
  }

  Expr build() {
    for (const Node& n : e_.nodes)
      at_.push_back(selects(n) ? select(n, n.c, n.d) : copy_node(out_, e_, n, at_));
    std::vector<Sym> outputs;
    for (const auto o : e_.outputs) outputs.push_back(at_[o]);
    return out_.finish(outputs);
  }

 private:
  /// The operands of d in the order that has most in common with those of c.
  std::vector<std::uint16_t> aligned(std::uint16_t c, std::uint16_t d) const {
    const auto first = operands_of(e_.nodes[c]);
    auto second = operands_of(e_.nodes[d]);
    const Op op = e_.nodes[c].op;
    if ((op == Op::Mul || op == Op::Fma) && (first[0] == second[1] || first[1] == second[0]))
      std::swap(second[0], second[1]);
    return second;
  }

  /// What selecting operands saves; nothing where it cannot be done.
  int saving(std::uint16_t c, std::uint16_t d) const {
    const Op op = e_.nodes[c].op;
    if (op != e_.nodes[d].op || weight(op) == 0 || uses_[c] != 1 || uses_[d] != 1) return 0;
    if (uniform_[c] || uniform_[d]) return 0;
    const auto first = operands_of(e_.nodes[c]), second = aligned(c, d);
    int all = 1 + weight(op);
    for (std::size_t k = 0; k < first.size(); ++k)
      if (first[k] != second[k]) all -= 1 - saving(first[k], second[k]);
    return std::max(all, 0);
  }

  Sym select(const Node& condition, std::uint16_t c, std::uint16_t d) {
    if (c == d) return at_[c];
    if (saving(c, d) == 0)
      return out_.raw(condition.op, at_[condition.a].id, at_[condition.b].id, at_[c].id, at_[d].id);
    const auto first = operands_of(e_.nodes[c]), second = aligned(c, d);
    std::uint16_t v[3] = {};
    for (std::size_t k = 0; k < first.size(); ++k) v[k] = select(condition, first[k], second[k]).id;
    return out_.raw(e_.nodes[c].op, v[0], v[1], v[2]);
  }

  const Expr& e_;
  const std::vector<bool> uniform_;
  std::vector<int> uses_;
  Builder out_;
  std::vector<Sym> at_;
};

}  // namespace

std::vector<bool> only_on_side(const Expr& e, const Node& s, int side) {
  std::vector<bool> only(e.nodes.size(), true);
  for (const auto o : e.outputs) only[o] = false;
  for (std::size_t i = e.nodes.size(); i-- > 0;) {
    const Node& n = e.nodes[i];
    const auto operands = operands_of(n);
    for (std::size_t k = 0; k < operands.size(); ++k) {
      const bool on_side =
          selects(n) && same_condition(n, s) && k == static_cast<std::size_t>(2 + side);
      if (!on_side && !only[i]) only[operands[k]] = false;
    }
  }
  return only;
}

Expr merge_calls(const Expr& e) {
  Expr now = e;
  while (const auto m = find_merge(now)) now = Merged(now, *m).build();
  return now;
}

Expr select_operands(const Expr& e) { return OperandSelection(e).build(); }

}  // namespace antigrad::kernels
