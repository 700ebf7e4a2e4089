#include "space/user_gradient.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/error.hpp"
#include "space/formula_table.hpp"
#include "space/gradient.hpp"
#include "space/normal_form.hpp"

namespace antigrad::space {
namespace {

/// weight * h(scale x + shift) on one piece.
struct Call {
  std::size_t piece;
  Expr weight;  // in the parameters
  Expr h;
  Affine scale, shift;
};

/// What a formula depends on, node by node.
struct Depends {
  bool x = false, parameter = false, call = false;
  bool any() const { return x || parameter || call; }
};

/// Reads one piece. Calls stand as parameters behind the declared ones until the sum is split.
class PieceSplitter {
 public:
  PieceSplitter(std::span<const UserPrimitive> primitives, std::size_t parameters)
      : primitives_(primitives), parameters_(parameters), plain_(out_.literal(0)) {}

  Piece read(Scanner& in, const Names& names, std::size_t piece, std::vector<Call>& calls) {
    const Where at = in.here();
    Functions functions{
        {}, [this](std::size_t which, Sym u, const Where& where) { return mark(which, u, where); }};
    for (const UserPrimitive& p : primitives_) functions.names.push_back(p.name);
    const Sym sum = parse_expression(in, out_, names, nullptr, &functions);
    try {
      split(sum, out_.literal(1));
      for (Call& c : found_) {
        c.piece = piece;
        calls.push_back(std::move(c));
      }
      return {gradient_terms(out_.finish(plain_))};
    } catch (const Error& e) {
      throw Error(e.where().line > 0 ? e.where() : at, e.message());
    }
  }

 private:
  struct Mark {
    std::size_t which;
    Sym argument;
    Where at;
  };

  Sym mark(std::size_t which, Sym u, const Where& at) {
    const Depends d = depends(u);
    if (!d.any()) return out_.inline_expr(primitives_[which].y, {&u, 1}).front();
    if (!d.x && !d.call)
      throw Error(at, fmt::format("{}(...) of a parameter alone: expected a*x + b with a not 0",
                                  primitives_[which].name));
    marks_.push_back({which, u, at});
    return out_.param(static_cast<int>(parameters_ + marks_.size() - 1));
  }

  Depends depends(Sym s) const {
    const Expr e = out_.finish(s);
    Depends d;
    for (const Node& n : e.nodes) {
      d.x = d.x || n.op == Op::Var;
      if (n.op == Op::Param) (n.a >= parameters_ ? d.call : d.parameter) = true;
    }
    return d;
  }

  /// Adds weight * s to what was found.
  void split(Sym s, Sym weight) {
    const Node n = out_.node(s);
    const Sym a{&out_, n.a}, b{&out_, n.b};
    const auto free = [this](Sym t) { return !depends(t).x && !depends(t).call; };
    if (!depends(s).call) {
      plain_ = plain_ + weight * s;
    } else if (n.op == Op::Add || n.op == Op::Sub) {
      split(a, weight);
      split(b, n.op == Op::Add ? weight : -weight);
    } else if (n.op == Op::Neg) {
      split(a, -weight);
    } else if (n.op == Op::Mul && free(a)) {
      split(b, weight * a);
    } else if (n.op == Op::Mul && free(b)) {
      split(a, weight * b);
    } else if (n.op == Op::Div && free(b)) {
      split(a, weight / b);
    } else if (n.op == Op::Param && affine(marks_[n.a - parameters_].argument)) {
      add_call(marks_[n.a - parameters_], weight);
    } else {
      add_whole(s, weight);
    }
  }

  bool affine(Sym u) const {
    if (depends(u).call) return false;
    try {
      return std::ranges::all_of(to_terms(out_.finish(u)),
                                 [](const Term& t) { return t.factors.empty() && t.power <= 1; });
    } catch (const Error&) {  // not even a sum of terms
      return false;
    }
  }

  void add_call(const Mark& m, Sym weight) {
    Call c{0, out_.finish(weight), primitives_[m.which].y, {0, {}}, {0, {}}};
    for (const Term& t : to_terms(out_.finish(m.argument)))
      (t.power == 1 ? c.scale : c.shift) = t.weight;
    found_.push_back(std::move(c));
  }

  /// A product or composition with calls: a function of x of its own.
  void add_whole(Sym s, Sym weight) {
    const Sym h = without_marks(s);
    if (depends(h).parameter)
      throw Error(
          "a parameter inside a product or composition with a primitive of the user: parameters "
          "are admitted in w*p(a*x + b)");
    found_.push_back({0, out_.finish(weight), out_.finish(h), {1, {}}, {0, {}}});
  }

  Sym without_marks(Sym s) {
    std::vector<Sym> values;
    for (std::size_t k = 0; k < parameters_; ++k) values.push_back(out_.param(static_cast<int>(k)));
    const Sym x = out_.variable();
    for (const Mark& m : marks_) {  // an argument holds earlier calls only
      const Sym u = out_.inline_expr(out_.finish(m.argument), {&x, 1}, values).front();
      values.push_back(out_.inline_expr(primitives_[m.which].y, {&u, 1}).front());
    }
    return out_.inline_expr(out_.finish(s), {&x, 1}, values).front();
  }

  std::span<const UserPrimitive> primitives_;
  std::size_t parameters_;
  Builder out_;
  Sym plain_;
  std::vector<Mark> marks_;
  std::vector<Call> found_;
};

/// A scale must keep away from 0, where u = a x + b is no substitution.
void check_scale(const Call& c, std::span<const Parameter> parameters) {
  double lo = c.scale.base, hi = c.scale.base;
  for (std::size_t k = 0; k < c.scale.slope.size(); ++k) {
    const Domain d = hull(parameters, k);
    const double s = c.scale.slope[k];
    if (s == 0) continue;
    lo += s * (s > 0 ? d.lo : d.hi);
    hi += s * (s > 0 ? d.hi : d.lo);
  }
  if (lo < 0 && hi > 0)
    throw Error(
        "the scale inside a primitive of the user can reach 0; give its parameter a domain "
        "without 0, like in (0, inf)");
}

/// int_anchor^x of one call over its piece.
Sym contribution(const Call& c, const Gradient& g, Sym x) {
  Builder& out = *x.builder;
  const auto table = tabulate_formula(c.h);
  const auto inside = [&](Sym t) {
    if (c.piece < g.knots.size()) {
      const Sym right = out.literal(g.knots[c.piece]);
      t = symbolic::less(right, t, right, t);
    }
    if (c.piece > 0) {
      const Sym left = out.literal(g.knots[c.piece - 1]);
      t = symbolic::less_equal(t, left, left, t);
    }
    return t;
  };
  const Sym scale = to_sym(c.scale, out), shift = to_sym(c.shift, out);
  const auto at = [&](Sym t) { return out.integral(table, scale * inside(t) + shift); };
  const Sym weight = out.inline_expr(c.weight, {}).front();
  return weight / scale * (at(x) - at(out.literal(g.anchor.at)));
}

bool calls_nothing_else(const Gradient& g) {
  return std::ranges::all_of(g.pieces, [](const Piece& p) { return p.terms.empty(); });
}

/// The sum of what the normal form integrates and of the calls' tables, as a text.
std::string assembled(const Gradient& g, std::span<const Call> calls) {
  if (std::isinf(g.anchor.at))
    throw Error(
        "a gradient with a tabulated primitive of the user is anchored at a finite point, like "
        "f(0) = 0");
  Builder out;
  const Sym x = out.variable();
  Sym f = calls_nothing_else(g) ? out.literal(g.anchor.value)
                                : out.inline_expr(integrate(g).f, {&x, 1}).front();
  for (const Call& c : calls) f = f + contribution(c, g, x);
  return to_string(std::span<const Parameter>(g.parameters)) +
         "f: " + to_string(out.finish(f), names_of(g.parameters));
}

Activation integrate_with_tables(std::string_view text, std::span<const UserPrimitive> primitives) {
  std::vector<Call> calls;
  std::size_t piece = 0;
  const Gradient g = parse_gradient(text, [&](Scanner& in, const Names& names) {
    return PieceSplitter(primitives, names.size()).read(in, names, piece++, calls);
  });
  for (const Call& c : calls) check_scale(c, g.parameters);
  Activation a = parse_activation(assembled(g, calls));
  a.rules = "tabulated antiderivative of a primitive of the user";
  return a;
}

}  // namespace

Functions written_out(std::span<const UserPrimitive> primitives) {
  Functions out;
  for (const UserPrimitive& p : primitives) out.names.push_back(p.name);
  out.call = [primitives](std::size_t which, Sym argument, const Where&) {
    return argument.builder->inline_expr(primitives[which].y, {&argument, 1}).front();
  };
  return out;
}

Activation integrate_with(std::string_view text, std::span<const UserPrimitive> primitives) {
  bool called = false;
  Functions functions = written_out(primitives);
  functions.call = [&called, call = functions.call](std::size_t which, Sym argument,
                                                    const Where& at) {
    called = true;
    return call(which, argument, at);
  };
  try {
    return integrate(parse_gradient(
        text, [&](Scanner& in, const Names& names) { return read_piece(in, names, &functions); }));
  } catch (const Error&) {
    if (!called) throw;
  }
  return integrate_with_tables(text, primitives);
}

}  // namespace antigrad::space
