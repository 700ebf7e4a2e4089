#include "space/enclose.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "space/exact-inl.hpp"
#include "space/table.hpp"

namespace antigrad::space {
namespace {

Ball polynomial(const std::vector<double>& c, const Ball& x) {
  Ball sum;
  for (std::size_t k = c.size(); k-- > 0;) sum = sum * x + Ball(c[k]);
  return sum;
}

/// The part of x between lo and hi.
Ball part(const Ball& x, double lo, double hi) {
  if (x.lower() >= lo && x.upper() <= hi) return x;
  return Ball::between(std::fmax(x.lower(), lo), std::fmin(x.upper(), hi));
}

/// P(x) = int_0^x h: the hull over the pieces of the table that x meets, and the error.
Ball table_value(const Table& table, const Ball& x) {
  if (!x.finite()) return Ball::line();
  const double lo = x.lower(), hi = x.upper();
  const auto& breaks = table.breaks();
  std::optional<Ball> all;
  const auto add = [&](const Ball& b) { all = all ? hull(*all, b) : b; };
  if (lo < breaks.front()) add(polynomial(table.left_tail(), part(x, lo, breaks.front())));
  if (hi > breaks.back()) add(polynomial(table.right_tail(), part(x, breaks.back(), hi)));
  const auto first = std::upper_bound(breaks.begin(), breaks.end(), lo) - breaks.begin();
  for (auto i = static_cast<std::size_t>(std::max<std::ptrdiff_t>(first - 1, 0));
       i + 1 < breaks.size() && breaks[i] <= hi; ++i)
    if (breaks[i + 1] >= lo)
      add(polynomial(table.coefficients()[i],
                     part(x, breaks[i], breaks[i + 1]) - Ball(table.origins()[i])));
  const double size = std::fmax(std::fabs(all->lower()), std::fabs(all->upper()));
  const double error = table.bound() * std::fmax(1, size);
  return *all + Ball::between(-error, error);
}

Jet table_value(const Table& table, const Jet& x) {
  const Jet h = enclose_jet(table.integrand(), x[0], x.size(), {}, x.switches());
  return (compose(h, x) * derivative(x)).integral(table_value(table, x[0]));
}

template <class T, class Leaf>
T run(const Expr& e, const Leaf& leaf, const T& zero) {
  std::vector<T> v(e.nodes.size(), zero);
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    const Node& n = e.nodes[i];
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    switch (n.op) {
      case Op::Var:
      case Op::Param:
      case Op::Lit: v[i] = leaf(n); break;
      case Op::Integral: v[i] = table_value(*e.tables[n.b], v[n.a]); break;
      default: {
        const int arity = primitive(n.op).arity;
        const auto at = [&](int k) -> const T& { return k < arity ? v[operands[k]] : zero; };
        v[i] = exact::row_value(n.op, at(0), at(1), at(2), at(3));
      }
    }
  }
  return v[e.outputs.front()];
}

}  // namespace

Ball enclose(const Table& table, const Ball& x) { return table_value(table, x); }

Ball enclose(const Expr& e, const Ball& x, std::span<const Ball> theta) {
  const auto leaf = [&](const Node& n) {
    if (n.op == Op::Var) return x;
    return n.op == Op::Param ? theta[n.a] : constant(e.literals[n.a]);
  };
  return run(e, leaf, Ball());
}

Jet enclose_jet(const Expr& e, const Ball& x, int n, std::span<const Ball> theta,
                Switches* switches) {
  const auto leaf = [&](const Node& node) {
    if (node.op == Op::Var) return Jet(x, Ball(1), n, switches);
    return Jet(node.op == Op::Param ? theta[node.a] : constant(e.literals[node.a]), Ball(), n,
               switches);
  };
  return run(e, leaf, Jet(Ball(), Ball(), n, switches));
}

}  // namespace antigrad::space
