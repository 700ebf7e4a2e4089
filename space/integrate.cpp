// From a gradient to its activation: antiderivative on each piece, constants that make f continuous
// and anchored, and a check.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/antiderivative.hpp"
#include "space/gradient.hpp"

namespace antigrad::space {
namespace {

constexpr double kResidue = 1e-15;  // a constant below this is rounding

bool depends_on_x(const Expr& e) {
  return std::ranges::any_of(e.nodes, [](const Node& n) { return n.op == Op::Var; });
}

/// The antiderivatives of the pieces, shifted so that f is continuous and anchored.
class Assembly {
 public:
  explicit Assembly(const Gradient& g) : g_(g), x_(out_.variable()) {
    for (const Piece& p : g.pieces) {
      parts_.push_back(antiderivative(p.terms, g.parameters));
      rules_.insert(parts_.back().rules.begin(), parts_.back().rules.end());
    }
    constants_.assign(parts_.size(), out_.literal(0));
    place_constants();
  }

  Expr f() {
    std::vector<Sym> pieces;
    for (std::size_t i = 0; i < parts_.size(); ++i) pieces.push_back(at(i, x_));
    const std::size_t home = home_piece(pieces);
    Sym y = pieces[home];
    for (std::size_t i = home; i-- > 0;) y = symbolic::less_equal(x_, knot(i), pieces[i], y);
    for (std::size_t i = home + 1; i < pieces.size(); ++i)
      y = symbolic::less(knot(i - 1), x_, pieces[i], y);
    return out_.finish(y);
  }

  std::string rules() const {
    std::string out;
    for (const std::string& r : rules_) out += (out.empty() ? "" : "; ") + r;
    return out;
  }

 private:
  Sym knot(std::size_t i) { return out_.literal(g_.knots[i]); }
  Sym at(std::size_t piece, Sym x) { return to_sym(parts_[piece], x) + constants_[piece]; }

  /// A constant of integration in its shortest form: what cancels is dropped, rounding residue is
  /// 0.
  Sym tidied(Sym c) {
    try {
      const std::vector<Term> terms = to_terms(out_.finish(c));
      Affine sum = terms.empty() ? Affine{0, {}} : terms.front().weight;
      if (std::fabs(sum.base) < kResidue) sum.base = 0;
      for (double& slope : sum.slope)
        if (std::fabs(slope) < kResidue) slope = 0;
      c = to_sym(sum, out_);
    } catch (const Error&) {  // not affine in the parameters: it stays as it is
    }
    return c;
  }

  void place_constants() {
    std::size_t piece = 0;
    while (piece < g_.knots.size() && g_.anchor.at > g_.knots[piece]) ++piece;
    const double point = g_.anchor.at;
    const Sym there = std::isinf(point)
                          ? at_infinity(parts_[piece], std::copysign(1, point), g_.parameters, out_)
                          : at(piece, out_.literal(point));
    constants_[piece] = tidied(out_.literal(g_.anchor.value) - there);
    for (std::size_t i = piece; i-- > 0;)
      constants_[i] = tidied(at(i + 1, knot(i)) - at(i, knot(i)));
    for (std::size_t i = piece + 1; i < parts_.size(); ++i)
      constants_[i] = tidied(at(i - 1, knot(i - 1)) - at(i, knot(i - 1)));
  }

  /// Where a NaN input goes: a piece whose value depends on x, so that NaN comes out.
  std::size_t home_piece(const std::vector<Sym>& pieces) const {
    for (std::size_t i = pieces.size(); i-- > 0;)
      if (depends_on_x(out_.finish(pieces[i]))) return i;
    throw Error("g is 0 everywhere: the activation is constant");
  }

  const Gradient& g_;
  Builder out_;
  Sym x_;
  std::vector<Antiderivative> parts_;
  std::vector<Sym> constants_;
  std::set<std::string> rules_;
};

std::vector<double> start_of(const std::vector<Parameter>& parameters) {
  std::vector<double> out;
  for (const Parameter& p : parameters) out.push_back(p.start);
  return out;
}

/// f' = g at points of every piece, f continuous at the knots, the anchor reached.
void check(const Gradient& g, const Activation& a) {
  const auto theta = start_of(g.parameters);
  const Expr slope = derivative(a.f);
  std::vector<double> points{-6.1, -3.2, -1.7, -0.9, -0.31, -0.07, 0.05, 0.27, 0.83, 1.6, 3.1, 5.9};
  for (const double k : g.knots) points.insert(points.end(), {k - 0.013, k + 0.011});
  for (const double x : points) {
    const double got = value(slope, x, theta), want = value(a.g, x, theta);
    if (!(std::fabs(got - want) <= 1e-9 * (1 + std::fabs(want))))
      throw Error(fmt::format("the integral failed its check: f'({}) = {}, g = {}", x, got, want));
  }
  for (const double k : g.knots) {
    const double left = value(a.f, k, theta),
                 right = value(a.f, std::nextafter(k, INFINITY), theta);
    if (!(std::fabs(left - right) <= 1e-9 * (1 + std::fabs(left))))
      throw Error(fmt::format("the integral failed its check: f jumps at the knot {}: {}, {}", k,
                              left, right));
  }
  const auto near = [&](double x) {
    return std::fabs(value(a.f, x, theta) - g.anchor.value) <=
           1e-9 * (1 + std::fabs(g.anchor.value));
  };
  const bool infinite = std::isinf(g.anchor.at);
  if (infinite && !near(std::copysign(400, g.anchor.at)))
    throw Error(fmt::format("f has no limit at {}inf, so it cannot be anchored there",
                            g.anchor.at < 0 ? "-" : ""));
  if (!infinite && !near(g.anchor.at))
    throw Error(fmt::format("the integral misses its anchor at {}", g.anchor.at));
}

}  // namespace

Activation integrate(const Gradient& g) {
  Assembly assembly(g);
  Activation a;
  a.text = to_string(g);
  a.parameters = g.parameters;
  a.f = assembly.f();
  a.g = to_expr(g);
  a.rules = assembly.rules();
  check(g, a);
  return a;
}

}  // namespace antigrad::space
