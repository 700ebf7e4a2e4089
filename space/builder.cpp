#include "space/builder.hpp"

#include <fmt/format.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include "space/error.hpp"
#include "space/random.hpp"
#include "space/rows-inl.hpp"
#include "space/table.hpp"

namespace antigrad::space {
namespace {

constexpr std::size_t kMaxNodes = 60000;  // indices are 16 bits

bool commutes(Op op) { return op == Op::Add || op == Op::Mul; }

/// Evaluates one row on literals.
double fold(Op op, std::array<double, 4> v) {
  Expr e;
  for (const double x : v) {
    e.nodes.push_back({Op::Lit, 0, static_cast<std::uint16_t>(e.literals.size())});
    e.literals.push_back(x);
  }
  e.nodes.push_back({op, 0, 0, 1, 2, 3});
  e.outputs = {4};
  return value(e, 0);
}

}  // namespace

std::size_t Builder::NodeHash::operator()(const Node& n) const {
  std::uint64_t lo = 0;
  std::uint16_t hi = 0;
  std::memcpy(&lo, &n, 8);
  std::memcpy(&hi, reinterpret_cast<const char*>(&n) + 8, 2);
  return mix(lo ^ mix(hi + 0x9e3779b97f4a7c15ULL));
}

Sym Builder::raw(Op op, std::uint16_t a, std::uint16_t b, std::uint16_t c, std::uint16_t d) {
  const Node n{op, 0, a, b, c, d};
  auto it = index_.find(n);
  if (it == index_.end() && commutes(op)) it = index_.find(Node{op, 0, b, a, c, d});
  if (it != index_.end()) return {this, it->second};
  if (expr_.nodes.size() >= kMaxNodes)
    throw Error(fmt::format("expression too large: more than {} operations", kMaxNodes));
  const auto id = static_cast<std::uint16_t>(expr_.nodes.size());
  expr_.nodes.push_back(n);
  index_.emplace(n, id);
  return {this, id};
}

Sym Builder::variable(int which) { return raw(Op::Var, static_cast<std::uint16_t>(which)); }
Sym Builder::param(int k) { return raw(Op::Param, static_cast<std::uint16_t>(k)); }

Sym Builder::literal(double v) {
  if (!std::isfinite(v)) throw Error(fmt::format("constant {} is not finite", v));
  const auto [it, added] = literal_index_.emplace(
      std::bit_cast<std::uint64_t>(v), static_cast<std::uint16_t>(expr_.literals.size()));
  if (added) {
    if (expr_.literals.size() >= kMaxNodes) throw Error("expression too large: too many constants");
    expr_.literals.push_back(v);
  }
  return raw(Op::Lit, it->second);
}

Sym Builder::integral(std::shared_ptr<const Table> t, Sym a) {
  if (is_literal(a)) return literal(t->value(literal_value(a)));
  std::size_t k = 0;
  while (k < expr_.tables.size() && expr_.tables[k] != t &&
         !(expr_.tables[k]->integrand() == t->integrand()))
    ++k;
  if (k == expr_.tables.size()) expr_.tables.push_back(std::move(t));
  return raw(Op::Integral, a.id, static_cast<std::uint16_t>(k));
}

bool Builder::is_literal(Sym s, double v) const { return is_literal(s) && literal_value(s) == v; }

Sym Builder::apply(Op op, Sym a, Sym b, Sym c, Sym d) {
  const int arity = primitive(op).arity;
  const std::array<Sym, 4> operands{a, b, c, d};
  std::array<double, 4> v{};
  bool all = true;
  for (int k = 0; k < arity && all; ++k) {
    all = is_literal(operands[k]);
    if (all) v[k] = literal_value(operands[k]);
  }
  if (all) {
    const double y = fold(op, v);
    if (std::isfinite(y)) return literal(y);
  }
  if ((op == Op::Less || op == Op::LessEqual) && is_literal(a) && is_literal(b)) {
    const double x = literal_value(a), y = literal_value(b);
    return (op == Op::Less ? x < y : x <= y) ? c : d;
  }
  if ((op == Op::Less || op == Op::LessEqual) && c == d) return c;
  const auto id = [&](int k) { return k < arity ? operands[k].id : std::uint16_t{0}; };
  return raw(op, id(0), id(1), id(2), id(3));
}

std::vector<Sym> Builder::inline_expr(const Expr& e, std::span<const Sym> vars,
                                      std::span<const Sym> params) {
  std::vector<Sym> at(e.nodes.size());
  for (std::size_t i = 0; i < e.nodes.size(); ++i) {
    const Node& n = e.nodes[i];
    switch (n.op) {
      case Op::Var: at[i] = n.a < vars.size() ? vars[n.a] : variable(n.a); break;
      case Op::Param: at[i] = n.a < params.size() ? params[n.a] : param(n.a); break;
      case Op::Lit: at[i] = literal(e.literals[n.a]); break;
      case Op::Integral: at[i] = integral(e.tables[n.b], at[n.a]); break;
      case Op::Add: at[i] = at[n.a] + at[n.b]; break;
      case Op::Sub: at[i] = at[n.a] - at[n.b]; break;
      case Op::Mul: at[i] = at[n.a] * at[n.b]; break;
      case Op::Div: at[i] = at[n.a] / at[n.b]; break;
      case Op::Neg: at[i] = -at[n.a]; break;
      default: at[i] = apply(n.op, at[n.a], at[n.b], at[n.c], at[n.d]);
    }
  }
  std::vector<Sym> out;
  for (const auto o : e.outputs) out.push_back(at[o]);
  return out;
}

Expr Builder::whole(Sym output) const {
  Expr out = expr_;
  out.outputs = {output.id};
  return out;
}

Expr Builder::finish(std::span<const Sym> outputs) const {
  constexpr std::uint16_t kNone = 0xffff;
  Expr out;
  std::vector<std::uint16_t> place(expr_.nodes.size(), kNone);
  std::vector<std::uint16_t> stack;
  for (const Sym s : outputs) {
    stack.push_back(s.id);
    while (!stack.empty()) {
      const std::uint16_t i = stack.back();
      if (place[i] != kNone) {
        stack.pop_back();
        continue;
      }
      Node n = expr_.nodes[i];
      std::uint16_t* const operands[] = {&n.a, &n.b, &n.c, &n.d};
      const int arity = primitive(n.op).arity;
      bool ready = true;
      for (int k = arity - 1; k >= 0; --k)
        if (place[*operands[k]] == kNone) {
          stack.push_back(*operands[k]);
          ready = false;
        }
      if (!ready) continue;
      for (int k = 0; k < arity; ++k) *operands[k] = place[*operands[k]];
      if (n.op == Op::Lit) {
        out.literals.push_back(expr_.literals[n.a]);
        n.a = static_cast<std::uint16_t>(out.literals.size() - 1);
      }
      if (n.op == Op::Integral) {
        const auto& t = expr_.tables[n.b];
        std::size_t k = 0;
        while (k < out.tables.size() && out.tables[k] != t) ++k;
        if (k == out.tables.size()) out.tables.push_back(t);
        n.b = static_cast<std::uint16_t>(k);
      }
      place[i] = static_cast<std::uint16_t>(out.nodes.size());
      out.nodes.push_back(n);
      stack.pop_back();
    }
    out.outputs.push_back(place[s.id]);
  }
  return out;
}

namespace {
/// -s where s is a product that begins with a negative constant; s itself where it does not.
Sym without_sign(Sym s) {
  Builder& e = *s.builder;
  const Node n = e.node(s);
  if (n.op != Op::Mul) return s;
  const Sym first{&e, n.a}, second{&e, n.b};
  if (e.is_literal(first))
    return e.literal_value(first) < 0 ? e.literal(-e.literal_value(first)) * second : s;
  const Sym positive = without_sign(first);
  return positive == first ? s : positive * second;
}
}  // namespace

namespace {

/// Whether s + t is t: also for t = -0, where it matters, only with s = -0.
bool is_neutral(const Builder& e, Sym s) {
  return e.is_literal(s, 0) && (!e.exact() || std::signbit(e.literal_value(s)));
}

}  // namespace

Sym operator+(Sym a, Sym b) {
  Builder& e = *a.builder;
  if (is_neutral(e, a)) return b;
  if (is_neutral(e, b)) return a;
  if (e.node(b).op == Op::Neg) return a - Sym{&e, e.node(b).a};
  if (e.node(a).op == Op::Neg) return b - Sym{&e, e.node(a).a};
  if (e.is_literal(b) && e.literal_value(b) < 0 && !e.is_literal(a))
    return a - e.literal(-e.literal_value(b));
  if (const Sym positive = without_sign(b); positive != b) return a - positive;
  return e.apply(Op::Add, a, b);
}

Sym operator-(Sym a, Sym b) {
  Builder& e = *a.builder;
  if (a == b && !e.exact()) return e.literal(0);
  if (e.is_literal(b, 0) && (!e.exact() || !std::signbit(e.literal_value(b)))) return a;
  if (is_neutral(e, a)) return -b;
  if (e.node(b).op == Op::Neg) return a + Sym{&e, e.node(b).a};
  if (e.is_literal(b) && e.literal_value(b) < 0 && !e.is_literal(a))
    return a + e.literal(-e.literal_value(b));
  if (const Sym positive = without_sign(b); positive != b) return a + positive;
  return e.apply(Op::Sub, a, b);
}

Sym operator-(Sym a) {
  Builder& e = *a.builder;
  const Node n = e.node(a);
  if (n.op == Op::Neg) return {&e, n.a};
  if (n.op == Op::Sub && !e.exact()) return Sym{&e, n.b} - Sym{&e, n.a};
  if (n.op == Op::Mul && e.is_literal(Sym{&e, n.a}))
    return e.literal(-e.literal_value({&e, n.a})) * Sym{&e, n.b};
  if (e.is_literal(a)) return e.literal(-e.literal_value(a));
  return e.apply(Op::Neg, a);
}

Sym operator*(Sym a, Sym b) {
  Builder& e = *a.builder;
  if (e.is_literal(b) && !e.is_literal(a)) std::swap(a, b);
  if ((e.is_literal(a, 0) && !e.exact()) || e.is_literal(b, 1)) return a;
  if (e.is_literal(a, 1)) return b;
  if (e.is_literal(a, -1)) return -b;
  const Node m = e.node(a), n = e.node(b);
  if (!e.exact() && e.is_literal(a) && n.op == Op::Mul && e.is_literal(Sym{&e, n.a})) {
    const double c = e.literal_value(a) * e.literal_value({&e, n.a});
    if (std::isfinite(c) && std::fabs(c) > 1e-300) return e.literal(c) * Sym{&e, n.b};
  }
  if (e.is_literal(a) && n.op == Op::Neg) return e.literal(-e.literal_value(a)) * Sym{&e, n.a};
  if (m.op == Op::Neg) return -(Sym{&e, m.a} * b);
  if (n.op == Op::Neg) return -(a * Sym{&e, n.a});
  return e.apply(Op::Mul, a, b);
}

Sym operator/(Sym a, Sym b) {
  Builder& e = *a.builder;
  if (e.is_literal(b, 1) || (e.is_literal(a, 0) && !e.exact() && !e.is_literal(b, 0))) return a;
  if (e.is_literal(b, -1)) return -a;
  if (e.node(a).op == Op::Neg) return -(Sym{&e, e.node(a).a} / b);
  return e.apply(Op::Div, a, b);
}

namespace symbolic {
Sym abs(Sym a) { return a.builder->apply(Op::Abs, a); }
Sym sqrt(Sym a) { return a.builder->apply(Op::Sqrt, a); }
Sym min(Sym a, Sym b) { return a.builder->apply(Op::Min, a, b); }
Sym max(Sym a, Sym b) { return a.builder->apply(Op::Max, a, b); }
Sym less(Sym a, Sym b, Sym c, Sym d) { return a.builder->apply(Op::Less, a, b, c, d); }
Sym less_equal(Sym a, Sym b, Sym c, Sym d) { return a.builder->apply(Op::LessEqual, a, b, c, d); }
Sym copysign(Sym a, Sym b) { return a.builder->apply(Op::CopySign, a, b); }
Sym scale2(Sym a, Sym b) { return a.builder->apply(Op::Scale2, a, b); }
#define PRIMITIVE(ID, NAME, ...) \
  Sym NAME(Sym a) { return a.builder->apply(Op::ID, a); }
#include "space/primitives.def"

namespace {
using rows::kHalfPi, rows::kInvSqrt2, rows::kInvSqrt2Pi, rows::kInvSqrtPi, rows::kLn2,
    rows::kSqrtPi;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
}  // namespace

Sym slope(Op primitive, Sym a, Sym y) {
  const auto K = constants(a);
  switch (primitive) {
#define PRIMITIVE(ID, NAME, LATEX, USE, Y, SLOPE, ...) \
  case Op::ID: {                                       \
    return SLOPE;                                      \
  }
#include "space/primitives.def"
    default: break;
  }
  (void)y, (void)kHalfPi;
  return K(kNone);
}

Sym antiderivative(Op primitive, Sym a, Sym y) {
  const auto K = constants(a);
  const Sym NONE = a;  // never read: rows without one are refused before
  switch (primitive) {
#define PRIMITIVE(ID, NAME, LATEX, USE, Y, SLOPE, ANTIDERIVATIVE, ...) \
  case Op::ID: {                                                       \
    return ANTIDERIVATIVE;                                             \
  }
#include "space/primitives.def"
    default: break;
  }
  (void)y, (void)NONE, (void)kInvSqrt2, (void)kInvSqrt2Pi;
  return K(kNone);
}

Sym square(Op primitive, Sym a, Sym y) {
  const auto K = constants(a);
  const Sym NONE = a;  // never read: rows without one are refused before
  switch (primitive) {
#define PRIMITIVE(ID, NAME, LATEX, USE, Y, SLOPE, ANTIDERIVATIVE, SQUARE, ...) \
  case Op::ID: {                                                               \
    return SQUARE;                                                             \
  }
#include "space/primitives.def"
    default: break;
  }
  (void)y, (void)NONE;
  return K(kNone);
}
}  // namespace symbolic

}  // namespace antigrad::space
