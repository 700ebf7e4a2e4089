#include "kernels/lower.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "kernels/low_rows.hpp"
#include "kernels/rewrite.hpp"
#include "kernels/selection.hpp"
#include "space/rows-inl.hpp"
#include "space/table.hpp"

namespace antigrad::kernels {
namespace {

using space::Builder;
using space::Expr;
using space::Node;
using space::Op;
using space::Sym;

/// The row as nodes: its machine form where kernels/low_rows.hpp has one, else its formula.
/// nonpositive: a counts only where it is not above 0.
template <class T>
T row(Op op, T a, bool nonpositive) {
  switch (op) {
#define PRIMITIVE(ID, NAME, ...)                       \
  case Op::ID: {                                       \
    if constexpr (requires { nonpositive_##NAME(a); }) \
      if (nonpositive) return nonpositive_##NAME(a);   \
    if constexpr (requires { machine_##NAME(a); })     \
      return machine_##NAME(a);                        \
    else                                               \
      return space::rows::NAME(a);                     \
  }
#include "space/primitives.def"
    default: return a;
  }
}

std::vector<Sym> outputs(const Expr& e, const std::vector<Sym>& at) {
  std::vector<Sym> out;
  for (const auto o : e.outputs) out.push_back(at[o]);
  return out;
}

/// sum_k c[k] x^k without its zeros at the end, so that it has its limit at infinity.
Low tail(Low x, std::vector<double> c) {
  const auto K = constants(x);
  while (c.size() > 1 && c.back() == 0) c.pop_back();
  Low y = K(c.back());
  for (std::size_t k = c.size() - 1; k-- > 0;) y = base_fma(y, x, K(c[k]));
  return y;
}

/// The table's tails as arithmetic; the table itself is read between its ends only.
Low integral(Low x, const std::shared_ptr<const space::Table>& table) {
  const auto K = constants(x);
  const Low first = K(table->breaks().front()), last = K(table->breaks().back());
  const Low inside = base_max(base_min(x, last), first);
  const Low y{x.builder, x.builder->integral(table, Sym{x.builder, inside.id}).id};
  return base_less(x, first, tail(x, table->left_tail()),
                   base_less(last, x, tail(x, table->right_tail()), y));
}

/// Sides of comparisons keep their digits: a gradient jumps where they are equal.
std::vector<Errors> errors_of(const Expr& e, Errors errors) {
  std::vector<Errors> all(e.nodes.size(), errors);
  for (std::size_t i = e.nodes.size(); i-- > 0;) {
    const Node& n = e.nodes[i];
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    const bool compares =
        n.op == Op::Less || n.op == Op::LessEqual || n.op == Op::Min || n.op == Op::Max;
    for (int k = 0; k < space::primitive(n.op).arity; ++k)
      if (all[i] == Errors::relative || (compares && k < 2)) all[operands[k]] = Errors::relative;
  }
  return all;
}

/// Sums and products of rows, with the digits that they would lose. form takes x and y of the
/// formula.
struct Joint {
  Expr formula;
  Low (*form)(Low x, Low y);
};
const std::vector<Joint>& joints() {
  static const std::vector<Joint> all{
      {pattern("x - tanh(x)"), [](Low x, Low) { return tanh_difference(x); }},
      {pattern("expm1(x) - x"), [](Low x, Low) { return expm1_difference(x); }},
      {pattern("sigmoid(x) + x*logistic_pdf(x)"), [](Low x, Low) { return silu_slope(x); }},
      {pattern("x*normal_cdf(x)"), [](Low x, Low) { return gelu(x); }},
      {pattern("sin(x)*sin(x)"), [](Low x, Low) { return sine_square(x); }},
      {pattern("y*exp(x)"), [](Low x, Low y) { return times_exp(y, x); }}};
  return all;
}

std::optional<Low> joint(const Expr& e, std::size_t i, const std::vector<Sym>& at, Errors errors) {
  for (const Joint& j : joints())
    if (const auto found = match(j.formula, e, static_cast<std::uint16_t>(i))) {
      const Sym x = at[*found->x], y = at[found->y.value_or(*found->x)];
      return j.form({x.builder, x.id, errors}, {y.builder, y.id, errors});
    }
  return std::nullopt;
}

/// Rows whose value counts only where their argument is not above 0 (a NaN may be among them).
std::vector<bool> nonpositive_rows(const Expr& e) {
  std::vector<bool> all(e.nodes.size());
  const auto literal = [&](std::uint16_t i, bool right) {
    return e.nodes[i].op == Op::Lit &&
           (right ? e.literals[e.nodes[i].a] <= 0 : e.literals[e.nodes[i].a] >= 0);
  };
  for (const Node& s : e.nodes) {
    if (s.op != Op::Less && s.op != Op::LessEqual) continue;
    // a < 0 holds, or 0 < a does not.
    const bool holds = literal(s.b, true), fails = s.op == Op::Less && literal(s.a, false);
    if (!holds && !fails) continue;
    const auto argument = holds ? s.a : s.b;
    const auto is_row_of_it = [&](const Node& n) {
      return !space::primitive(n.op).core && n.a == argument;
    };
    if (std::ranges::none_of(e.nodes, is_row_of_it)) continue;
    const auto only = only_on_side(e, s, holds ? 0 : 1);
    for (std::size_t i = 0; i < e.nodes.size(); ++i)
      if (only[i] && is_row_of_it(e.nodes[i])) all[i] = true;
  }
  return all;
}

/// keep: rows stay as they are, only tables get their tails.
Expr lower_rows(const Expr& e, Errors all, bool keep) {
  Builder out;
  const std::vector<Errors> errors = errors_of(e, all);
  const std::vector<bool> nonpositive = nonpositive_rows(e);
  std::vector<Sym> at;
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    const Node& n = e.nodes[i];
    const auto operand = [&] { return Low{&out, at[n.a].id, errors[i]}; };
    if (!keep && errors[i] == Errors::relative)
      if (const auto low = joint(e, i, at, errors[i])) {
        at.push_back({&out, low->id});
        continue;
      }
    if (n.op == Op::Integral)
      at.push_back({&out, integral(operand(), e.tables[n.b]).id});
    else if (keep || space::primitive(n.op).core)
      at.push_back(copy_node(out, e, n, at));
    else
      at.push_back({&out, row(n.op, operand(), nonpositive[i]).id});
  }
  return out.finish(outputs(e, at));
}

std::vector<int> count_uses(const Expr& e) {
  std::vector<int> uses(e.nodes.size());
  for (const Node& n : e.nodes) {
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    for (int k = 0; k < space::primitive(n.op).arity; ++k) ++uses[operands[k]];
  }
  for (const auto o : e.outputs) ++uses[o];
  return uses;
}

Low negated(Builder& out, Sym s) {
  if (out.is_literal(s)) return {&out, out.literal(-out.literal_value(s)).id};
  return -Low{&out, s.id};
}

/// a b + c and its signs, as one rounding, where the product has no other reader.
Expr contract(const Expr& e) {
  Builder out;
  const std::vector<int> uses = count_uses(e);
  std::vector<Sym> at;
  for (const Node& n : e.nodes) {
    const auto lone_product = [&](std::uint16_t i) {
      return e.nodes[i].op == Op::Mul && uses[i] == 1;
    };
    const auto operand = [&](std::uint16_t i) { return Low{&out, at[i].id}; };
    const auto fused = [&](std::uint16_t product, bool minus, Low c) {
      const Node& m = e.nodes[product];
      const Low a = minus ? negated(out, at[m.a]) : operand(m.a);
      at.push_back({&out, base_fma(a, operand(m.b), c).id});
    };
    if (n.op == Op::Add && lone_product(n.a))
      fused(n.a, false, operand(n.b));
    else if (n.op == Op::Add && lone_product(n.b))
      fused(n.b, false, operand(n.a));
    else if (n.op == Op::Sub && lone_product(n.a))
      fused(n.a, false, negated(out, at[n.b]));
    else if (n.op == Op::Sub && lone_product(n.b))
      fused(n.b, true, operand(n.a));
    else
      at.push_back(copy_node(out, e, n, at));
  }
  return out.finish(outputs(e, at));
}

}  // namespace

Expr lower(const Expr& e, Errors errors) {
  return select_operands(contract(lower_rows(merge_calls(rewrite(e)), errors, false)));
}

Expr lower_tables(const Expr& e) { return lower_rows(e, Errors::relative, true); }

bool is_algebraic(const space::Expr& e) {
  using space::Op;
  // Every polynomial of low.cpp reduces its argument by one of these.
  return std::ranges::none_of(lower(e).nodes, [](const space::Node& n) {
    return n.op == Op::Scale2 || n.op == Op::Round || n.op == Op::Exponent || n.op == Op::Integral;
  });
}

}  // namespace antigrad::kernels
