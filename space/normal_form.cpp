#include "space/normal_form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace antigrad::space {
namespace {

constexpr int kMaxPower = 8;

void trim(Affine& a) {
  while (!a.slope.empty() && a.slope.back() == 0) a.slope.pop_back();
}

bool vanishes(const Affine& a) { return a.base == 0 && a.slope.empty(); }

Term constant_term(double c) { return Term{{c, {}}, 0, {}}; }

bool constant(const std::vector<Term>& t) {
  return t.empty() ||
         (t.size() == 1 && t[0].power == 0 && t[0].factors.empty() && t[0].weight.constant());
}
double constant_value(const std::vector<Term>& t) { return t.empty() ? 0 : t[0].weight.base; }

/// Reads one expression, node by node; every node's value is its sum of terms.
class Reader {
 public:
  Reader(const Expr& e, const Refuse& fail, bool helpers) : e_(e), fail_(fail), helpers_(helpers) {}

  std::vector<Term> read() {
    std::vector<std::vector<Term>> at(e_.nodes.size());
    for (std::size_t i = 0; i < e_.nodes.size(); ++i) {
      node_ = static_cast<std::uint16_t>(i);
      at[i] = merged(one(e_.nodes[i], at));
      if (at[i].size() > 64) refuse("more than 64 terms in one piece");
    }
    return at[e_.outputs.front()];
  }

 private:
  [[noreturn]] void refuse(const std::string& reason) {
    fail_(node_, reason);
    throw Error(reason);
  }

  std::vector<Term> one(const Node& n, const std::vector<std::vector<Term>>& at) {
    const auto scaled = [](std::vector<Term> t, double c) {
      for (Term& term : t) term.weight = c * term.weight;
      return t;
    };
    const auto sum = [](std::vector<Term> s, const std::vector<Term>& t) {
      s.insert(s.end(), t.begin(), t.end());
      return s;
    };
    switch (n.op) {
      case Op::Var: return {Term{{1, {}}, 1, {}}};
      case Op::Lit: return {constant_term(e_.literals[n.a])};
      case Op::Param: {
        Term t{{0, std::vector<double>(n.a + 1U, 0.0)}, 0, {}};
        t.weight.slope.back() = 1;
        return {t};
      }
      case Op::Add: return sum(at[n.a], at[n.b]);
      case Op::Sub: return sum(at[n.a], scaled(at[n.b], -1));
      case Op::Neg: return scaled(at[n.a], -1);
      case Op::Mul: return product(at[n.a], at[n.b]);
      case Op::Div: {
        if (!constant(at[n.b]))
          refuse(
              "a gradient divides only by constants; write the quotient as a primitive of the "
              "table, or give f instead, \"f: FORMULA\"");
        if (constant_value(at[n.b]) == 0) refuse("division by 0");
        return scaled(at[n.a], 1 / constant_value(at[n.b]));
      }
      default: return call(n, at[n.a]);
    }
  }

  std::vector<Term> product(const std::vector<Term>& s, const std::vector<Term>& t) {
    std::vector<Term> out;
    for (const Term& a : s)
      for (const Term& b : t) {
        if (!a.weight.constant() && !b.weight.constant())
          refuse(
              "a product of two parameters: a coefficient must be constant or affine in the "
              "parameters");
        Term p;
        p.weight = a.weight.constant() ? a.weight.base * b.weight : b.weight.base * a.weight;
        p.power = a.power + b.power;
        if (p.power > kMaxPower) refuse(fmt::format("a power of x above {}", kMaxPower));
        p.factors = a.factors;
        p.factors.insert(p.factors.end(), b.factors.begin(), b.factors.end());
        if (p.factors.size() > 4) refuse("more than 4 primitives multiplied");
        std::ranges::stable_sort(p.factors, {}, &Factor::primitive);
        out.push_back(std::move(p));
      }
    return out;
  }

  std::vector<Term> call(const Node& n, const std::vector<Term>& argument) {
    const Primitive& p = primitive(n.op);
    if (p.core || n.op == Op::Integral)
      refuse(
          fmt::format("\"{}\" is not a primitive of gradients: split the line into pieces with "
                      "knots, \"left | knot | right\"",
                      p.name));
    if (!p.search && !helpers_)
      refuse(
          fmt::format("\"{}\" has no place in a gradient (it serves antiderivatives); give f "
                      "instead, \"f: FORMULA\"",
                      p.name));
    Factor f{n.op, {0, {}}, {0, {}}};
    for (const Term& t : argument) {
      if (!t.factors.empty() || t.power > 1)
        return {Term{{1, {}}, 0, {composition(n.op, argument)}}};
      (t.power == 1 ? f.scale : f.shift) = t.weight;
    }
    if (vanishes(f.scale)) {
      if (!f.shift.constant())
        refuse(fmt::format("{}(...) of a parameter alone: expected a x + b with a not 0", p.name));
      Expr e;
      e.literals = {f.shift.base};
      e.nodes = {{Op::Lit}, {n.op}};
      e.outputs = {1};
      return {constant_term(value(e, 0))};
    }
    return {Term{{1, {}}, 0, {f}}};
  }

  /// p of a sum of terms. What all of them take of x is taken out: tanh(erf(2 x)) is tanh(erf(u))
  /// of u = 2 x.
  Factor composition(Op op, std::vector<Term> argument) {
    const std::string_view name = primitive(op).name;
    if (helpers_) refuse(fmt::format("a composition inside {}(...)", name));
    Factor f{op};
    const Factor* only = nullptr;  // all take the same of x, as this one does
    bool shared = true, trains = false;
    for (const Term& t : argument) {
      if (!t.weight.constant())
        refuse(
            fmt::format("a parameter beside a primitive inside {}(...): in a composition "
                        "parameters stand in the innermost a*x + b alone",
                        name));
      shared = shared && t.power == 0;
      for (const Factor& g : t.factors) {
        if (!only) only = &g;
        shared = shared && g.scale == only->scale && g.shift == only->shift;
        trains = trains || !g.scale.constant() || !g.shift.constant();
      }
    }
    if (trains && !shared)
      refuse(
          fmt::format("a parameter inside {}(...): in a composition parameters stand in one a*x "
                      "+ b, the same wherever x stands",
                      name));
    if (shared) {
      f.scale = only->scale, f.shift = only->shift;
      for (Term& t : argument)
        for (Factor& g : t.factors) g.scale = {1, {}}, g.shift = {0, {}};
    }
    f.inside = std::move(argument);
    if (depth(f) > kMaxDepth)
      refuse(fmt::format("more than {} primitives inside one another", kMaxDepth));
    return f;
  }

  const Expr& e_;
  const Refuse& fail_;
  bool helpers_;  // rows that serve antiderivatives are admitted, compositions are not
  std::uint16_t node_ = 0;
};

void without_place(std::uint16_t, const std::string& reason) { throw Error(reason); }

}  // namespace

Affine operator+(const Affine& a, const Affine& b) {
  Affine c{a.base + b.base, a.slope};
  c.slope.resize(std::max(a.slope.size(), b.slope.size()), 0.0);
  for (std::size_t k = 0; k < b.slope.size(); ++k) c.slope[k] += b.slope[k];
  trim(c);
  return c;
}

Affine operator*(double c, const Affine& a) {
  Affine out{c * a.base, a.slope};
  for (double& s : out.slope) s *= c;
  trim(out);
  return out;
}

Affine cleaned(Affine sum, const Affine& a, const Affine& b, double tolerance) {
  const auto at = [](const Affine& v, std::size_t k) {
    return k < v.slope.size() ? std::fabs(v.slope[k]) : 0.0;
  };
  if (std::fabs(sum.base) <= tolerance * (std::fabs(a.base) + std::fabs(b.base))) sum.base = 0;
  for (std::size_t k = 0; k < sum.slope.size(); ++k)
    if (std::fabs(sum.slope[k]) <= tolerance * (at(a, k) + at(b, k))) sum.slope[k] = 0;
  trim(sum);
  return sum;
}

std::vector<Term> merged(std::vector<Term> terms, double tolerance) {
  std::vector<Term> out;
  for (Term& t : terms) {
    const auto same = std::ranges::find_if(
        out, [&](const Term& o) { return o.power == t.power && o.factors == t.factors; });
    if (same == out.end())
      out.push_back(std::move(t));
    else
      same->weight = cleaned(same->weight + t.weight, same->weight, t.weight, tolerance);
  }
  std::erase_if(out, [](const Term& t) { return vanishes(t.weight); });
  return out;
}

std::vector<Term> to_terms(const Expr& e, const Refuse& fail) {
  return Reader(e, fail, false).read();
}

std::vector<Term> gradient_terms(const Expr& e) { return to_terms(e, without_place); }

std::vector<Term> to_terms(const Expr& e) { return Reader(e, without_place, true).read(); }

Sym to_sym(const Affine& a, Builder& out) {
  Sym s = out.literal(a.base);
  for (std::size_t k = 0; k < a.slope.size(); ++k) {
    const double c = a.slope[k];
    if (c == 0) continue;
    const Sym p = out.param(static_cast<int>(k));
    s = c < 0 ? s - out.literal(-c) * p : s + out.literal(c) * p;
  }
  return s;
}

Sym to_sym(const Term& t, Sym x) {
  Builder& out = *x.builder;
  Sym y = to_sym(t.weight, out);
  for (int k = 0; k < t.power; ++k) y = y * x;
  for (const Factor& f : t.factors)
    y = y * to_sym(f, to_sym(f.scale, out) * x + to_sym(f.shift, out));
  return y;
}

Sym to_sym(const Factor& f, Sym u) {
  return u.builder->apply(f.primitive, f.composed() ? to_sym(f.inside, u) : u);
}

int depth(const Factor& f) {
  int inside = 0;
  for (const Term& t : f.inside)
    for (const Factor& g : t.factors) inside = std::max(inside, depth(g));
  return 1 + inside;
}

bool composed(const Term& t) {
  return std::ranges::any_of(t.factors, [](const Factor& f) { return f.composed(); });
}

Sym to_sym(const std::vector<Term>& terms, Sym x) {
  Sym sum = x.builder->literal(0);
  for (const Term& t : terms) {
    const bool negative = t.weight.constant() && t.weight.base < 0;
    Term positive = t;
    if (negative) positive.weight = -1.0 * t.weight;
    sum = negative ? sum - to_sym(positive, x) : sum + to_sym(positive, x);
  }
  return sum;
}

}  // namespace antigrad::space
