// Building expressions by writing formulas: Sym is a node under construction, Builder the
// expression it belongs to. Equal nodes are one node (hash-consing). The operators fold constants
// and drop neutral terms as exact mathematics does (0 * t = 0 for finite t); simplify() is the pass
// that never changes a value.
#pragma once
#include <span>
#include <unordered_map>

#include "space/expr.hpp"

namespace antigrad::space {

class Builder;

struct Sym {
  Builder* builder = nullptr;
  std::uint16_t id = 0;
  bool operator==(const Sym&) const = default;
};

class Builder {
 public:
  /// exact: no rewrite may change a value, NaN-ness and the sign of 0 included (t - t, 0 * t and 2
  /// * (3 * t) stay as they are).
  explicit Builder(bool exact = false) : exact_(exact) {}
  bool exact() const { return exact_; }

  Sym variable(int which = 0);
  Sym param(int k);
  Sym literal(double value);  // throws Error for a value that is not finite
  Sym integral(std::shared_ptr<const Table> table, Sym a);
  /// The node as it is, merged with an equal one; commutative operands match in either order.
  Sym raw(Op op, std::uint16_t a = 0, std::uint16_t b = 0, std::uint16_t c = 0,
          std::uint16_t d = 0);
  /// A primitive or core operation of nodes, folded when every operand is a literal.
  Sym apply(Op op, Sym a, Sym b = {}, Sym c = {}, Sym d = {});

  const Node& node(Sym s) const { return expr_.nodes[s.id]; }
  bool is_literal(Sym s) const { return node(s).op == Op::Lit; }
  bool is_literal(Sym s, double value) const;
  double literal_value(Sym s) const { return expr_.literals[node(s).a]; }
  const std::shared_ptr<const Table>& table(Sym s) const { return expr_.tables[node(s).b]; }

  /// e with Var i := vars[i] and Param k := params[k] (missing ones stay themselves); its outputs.
  std::vector<Sym> inline_expr(const Expr& e, std::span<const Sym> vars,
                               std::span<const Sym> params = {});

  /// The nodes that the outputs need, renumbered in depth-first order (equal trees give equal
  /// expressions).
  Expr finish(std::span<const Sym> outputs) const;
  /// Every node under its own index, needed or not.
  Expr whole(Sym output) const;
  Expr finish(Sym output) const { return finish(std::span<const Sym>(&output, 1)); }

 private:
  bool exact_;
  struct NodeHash {
    std::size_t operator()(const Node& n) const;
  };
  Expr expr_;
  std::unordered_map<Node, std::uint16_t, NodeHash> index_;
  std::unordered_map<std::uint64_t, std::uint16_t> literal_index_;  // by bits
};

Sym operator+(Sym a, Sym b);
Sym operator-(Sym a, Sym b);
Sym operator-(Sym a);
Sym operator*(Sym a, Sym b);
Sym operator/(Sym a, Sym b);

inline auto constants(Sym s) {
  return [builder = s.builder](double c) { return builder->literal(c); };
}

/// Every row as a function on Sym, for the symbolic formulas.
namespace symbolic {
Sym abs(Sym a);
Sym sqrt(Sym a);
Sym min(Sym a, Sym b);
Sym max(Sym a, Sym b);
Sym less(Sym a, Sym b, Sym c, Sym d);
Sym less_equal(Sym a, Sym b, Sym c, Sym d);
Sym copysign(Sym a, Sym b);
Sym scale2(Sym a, Sym b);
#define PRIMITIVE(ID, NAME, ...) Sym NAME(Sym a);
#include "space/primitives.def"

// The row's formulas of a, with y = p(a). Check Primitive::has_antiderivative and has_square first.
Sym slope(Op primitive, Sym a, Sym y);
Sym antiderivative(Op primitive, Sym a, Sym y);
Sym square(Op primitive, Sym a, Sym y);
}  // namespace symbolic

}  // namespace antigrad::space
