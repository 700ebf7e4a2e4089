#include "space/expr.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <stdexcept>

#include "space/random.hpp"
#include "space/rows-inl.hpp"
#include "space/table.hpp"

namespace antigrad::space {
namespace {

using rows::kHalfPi;
using rows::kLn2;

enum class TailKind { EXPONENTIAL, ALGEBRAIC, PERIODIC, GROWS };
struct Tail {
  TailKind kind;
  double left_slope, left_intercept, right_slope, right_intercept;
};

constexpr Primitive core_row(std::string_view name, int arity) {
  return {name, arity, true, "", "", "", false, false, false, false, 0, 0, 0, 0, false, false, 0};
}

constexpr Primitive primitive_row(std::string_view name, std::string_view latex, bool search,
                                  std::string_view y, std::string_view antiderivative,
                                  std::string_view square, Tail tail, double ulp) {
  return {name,
          1,
          false,
          latex,
          y,
          antiderivative,
          antiderivative != "NONE",
          square != "NONE",
          search,
          tail.kind == TailKind::EXPONENTIAL || tail.kind == TailKind::ALGEBRAIC,
          tail.left_slope,
          tail.left_intercept,
          tail.right_slope,
          tail.right_intercept,
          tail.kind == TailKind::EXPONENTIAL,
          tail.kind == TailKind::GROWS,
          ulp};
}

constexpr bool SEARCH = true, HELPER = false;
#define TAIL(KIND, LS, LI, RS, RI) \
  Tail { TailKind::KIND, LS, LI, RS, RI }
constexpr Primitive kPrimitives[] = {
#define CORE(ID, NAME, ARITY, ...) core_row(#NAME, ARITY),
#define PRIMITIVE(ID, NAME, LATEX, USE, Y, SLOPE, ANTIDERIVATIVE, SQUARE, TAIL_, ULP, ...) \
  primitive_row(#NAME, LATEX, USE, #Y, #ANTIDERIVATIVE, #SQUARE, TAIL_, ULP),
#include "space/primitives.def"
};
#undef TAIL

/// The value of one row; Var, Param, Lit and Integral are the caller's.
template <class T>
T row_value(Op op, T a, T b, T c, T d) {
  using namespace rows;
  switch (op) {
#define CORE(ID, NAME, ARITY, Y, ...) \
  case Op::ID: {                      \
    return Y;                         \
  }
#define PRIMITIVE(ID, NAME, ...) \
  case Op::ID: {                 \
    return rows::NAME(a);        \
  }
#include "space/primitives.def"
  }
  (void)b, (void)c, (void)d;
  return a;
}

bool same_tables(const Expr& x, const Expr& y) {
  return std::ranges::equal(x.tables, y.tables, [](const auto& s, const auto& t) {
    return s == t || s->integrand() == t->integrand();
  });
}

}  // namespace

std::span<const Primitive> primitives() { return kPrimitives; }

bool Expr::operator==(const Expr& other) const {
  return nodes == other.nodes && outputs == other.outputs &&
         std::ranges::equal(literals, other.literals,
                            [](double x, double y) {
                              return std::bit_cast<std::uint64_t>(x) ==
                                     std::bit_cast<std::uint64_t>(y);
                            }) &&
         same_tables(*this, other);
}

std::uint64_t hash(const Expr& e) {
  std::uint64_t h = 0;
  const auto add = [&h](std::uint64_t v) { h = child_seed(h, v); };
  for (const Node& n : e.nodes) {
    add(static_cast<std::uint64_t>(n.op) | std::uint64_t{n.a} << 16 | std::uint64_t{n.b} << 32 |
        std::uint64_t{n.c} << 48);
    add(n.d);
  }
  for (const double v : e.literals) add(std::bit_cast<std::uint64_t>(v));
  for (const auto& t : e.tables) add(hash(t->integrand()));
  for (const auto o : e.outputs) add(o);
  return h;
}

std::string verify(const Expr& e) {
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    const Node& n = e.nodes[i];
    const std::uint16_t operands[] = {n.a, n.b, n.c, n.d};
    for (int k = 0; k < primitive(n.op).arity; ++k)
      if (operands[k] >= i)
        return fmt::format("node {}: operand {} is not earlier", i, operands[k]);
    if (n.op == Op::Lit && n.a >= e.literals.size())
      return fmt::format("node {}: no such literal", i);
    if (n.op == Op::Integral && n.b >= e.tables.size())
      return fmt::format("node {}: no such table", i);
  }
  for (const double v : e.literals)
    if (!std::isfinite(v)) return fmt::format("literal {} is not finite", v);
  for (const auto o : e.outputs)
    if (o >= e.nodes.size()) return fmt::format("output {} is not a node", o);
  return e.outputs.empty() ? "no output" : "";
}

template <class T>
void evaluate(const Expr& e, std::span<const T> vars, std::span<const T> params, std::span<T> out) {
  constexpr std::size_t kOnStack = 256;
  T stack[kOnStack];
  std::vector<T> heap(e.nodes.size() > kOnStack ? e.nodes.size() : 0);
  T* const v = heap.empty() ? stack : heap.data();
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    const Node& n = e.nodes[i];
    switch (n.op) {
      case Op::Var: v[i] = vars[n.a]; break;
      case Op::Param: v[i] = params[n.a]; break;
      case Op::Lit: v[i] = static_cast<T>(e.literals[n.a]); break;
      case Op::Integral:
        v[i] = static_cast<T>(e.tables[n.b]->value(static_cast<double>(v[n.a])));
        break;
      default: v[i] = row_value(n.op, v[n.a], v[n.b], v[n.c], v[n.d]);
    }
  }
  for (std::size_t k = 0; k < e.outputs.size(); ++k) out[k] = v[e.outputs[k]];
}
template void evaluate<float>(const Expr&, std::span<const float>, std::span<const float>,
                              std::span<float>);
template void evaluate<double>(const Expr&, std::span<const double>, std::span<const double>,
                               std::span<double>);

double value(const Expr& e, double x, std::span<const double> params) {
  double one = 0;
  std::vector<double> all(e.outputs.size() > 1 ? e.outputs.size() : 0);
  evaluate<double>(e, std::span<const double>(&x, 1), params,
                   all.empty() ? std::span<double>(&one, 1) : std::span<double>(all));
  return all.empty() ? one : all.front();
}

}  // namespace antigrad::space
