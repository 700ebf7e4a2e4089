#include "space/draw.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/normal_form.hpp"

namespace antigrad::space {
namespace {

double rounded(double v, double unit) {
  return std::nearbyint(v / unit) / std::nearbyint(1 / unit);
}

/// Every affine coefficient of a gradient.
template <class Visit>
void for_each_affine(Gradient& g, const Visit& visit) {
  for (Piece& p : g.pieces)
    for (Term& t : p.terms) {
      visit(t.weight);
      for (Factor& f : t.factors) visit(f.scale), visit(f.shift);
    }
}

std::string fresh_name(const Gradient& g) {
  for (char c = 'a'; c <= 'h'; ++c) {
    const std::string name(1, c);
    if (std::ranges::none_of(g.parameters, [&](const Parameter& p) { return p.name == name; }))
      return name;
  }
  return fmt::format("p{}", g.parameters.size());
}

bool numbers_allow(const Gradient& g, const Grammar& grammar) {
  if (static_cast<int>(g.pieces.size()) > grammar.max_pieces) return false;
  if (static_cast<int>(g.parameters.size()) > grammar.max_parameters) return false;
  for (const Piece& p : g.pieces) {
    int terms = 0;
    for (const Term& t : p.terms) {
      terms += t.power > 0 || !t.factors.empty();
      if (t.power > std::max(1, grammar.max_power) || t.factors.size() > 2) return false;
    }
    if (terms > grammar.max_terms) return false;
  }
  return true;
}

}  // namespace

Draw::Draw(const Grammar& grammar, Random& random) : grammar_(grammar), random_(random) {
  for (std::size_t i = 0; i < primitives().size(); ++i) {
    const Primitive& p = primitives()[i];
    const bool named =
        grammar.primitives.empty() || std::ranges::count(grammar.primitives, p.name) > 0;
    if (p.search && named) primitives_.push_back(static_cast<Op>(i));
  }
  if (primitives_.empty())
    throw Error("the space has no primitive: name at least one of the table, or none for all");
}

double Draw::coefficient() {
  const double magnitude = rounded(std::exp(random_.uniform(std::log(0.1), std::log(2.0))), 0.05);
  return random_.chance(0.7) ? magnitude : -magnitude;
}

double Draw::scale() {
  if (random_.chance(0.6)) return 1;
  const double magnitude = rounded(std::exp(random_.uniform(std::log(0.3), std::log(3.0))), 0.1);
  return random_.chance(0.8) ? magnitude : -magnitude;
}

double Draw::shift() { return random_.chance(0.7) ? 0 : rounded(random_.uniform(-1.5, 1.5), 0.1); }

double Draw::knot() {
  return random_.chance(0.6)
             ? 0
             : rounded(random_.uniform(-grammar_.knot_range, grammar_.knot_range), 0.1);
}

Factor Draw::factor() {
  const Op op =
      primitives_[static_cast<std::size_t>(random_.below(static_cast<int>(primitives_.size())))];
  return {op, {scale(), {}}, {shift(), {}}};
}

Term Draw::term() {
  Term t{{coefficient(), {}}, 0, {}};
  if (random_.chance(0.15)) {  // a polynomial term
    t.power = random_.below(2);
    return t;
  }
  t.factors.push_back(factor());
  if (grammar_.max_power > 0 && random_.chance(0.25))
    t.power = 1 + random_.below(grammar_.max_power);
  if (random_.chance(grammar_.product_chance)) t.factors.push_back(factor());
  std::ranges::stable_sort(t.factors, {}, &Factor::primitive);
  return t;
}

Piece Draw::piece() {
  Piece p;
  const int terms = 1 + random_.below(grammar_.max_terms);
  for (int i = 0; i < terms; ++i) p.terms.push_back(term());
  if (random_.chance(0.4)) p.terms.push_back(Term{{coefficient(), {}}, 0, {}});
  p.terms = merged(std::move(p.terms));
  return p;
}

bool free_coefficient(Gradient& g, Affine& coefficient, const Grammar& grammar, Random& random) {
  if (!coefficient.constant() || coefficient.base == 0 ||
      static_cast<int>(g.parameters.size()) >= grammar.max_parameters)
    return false;
  const bool positive = coefficient.base > 0 && random.chance(0.5);
  g.parameters.push_back({fresh_name(g), coefficient.base, {positive ? 0 : -INFINITY, INFINITY}});
  coefficient = Affine{0, std::vector<double>(g.parameters.size(), 0.0)};
  coefficient.slope.back() = 1;
  return true;
}

void tidy(Gradient& g) {
  for (Piece& p : g.pieces) p.terms = merged(std::move(p.terms));
  std::vector<bool> used(g.parameters.size(), false);
  for_each_affine(g, [&](Affine& a) {
    for (std::size_t k = 0; k < a.slope.size(); ++k)
      if (a.slope[k] != 0) used[k] = true;
  });
  for_each_affine(g, [&](Affine& a) {
    Affine out{a.base, {}};
    for (std::size_t k = 0; k < used.size(); ++k)
      if (used[k]) out.slope.push_back(k < a.slope.size() ? a.slope[k] : 0.0);
    a = 1.0 * out;  // drops trailing zeros
  });
  std::vector<Parameter> kept;
  for (std::size_t k = 0; k < used.size(); ++k)
    if (used[k]) kept.push_back(g.parameters[k]);
  g.parameters = std::move(kept);
}

bool valid(const Gradient& g, const Grammar& grammar) {
  constexpr double kBound = 1e3, kLeastSpread = 0.05, kLeast = 0.05, kMost = 5;
  if (!numbers_allow(g, grammar)) return false;
  for (std::size_t i = 1; i < g.knots.size(); ++i)
    if (!(g.knots[i] > g.knots[i - 1])) return false;
  std::vector<double> theta;
  for (const Parameter& p : g.parameters) theta.push_back(p.start);
  const Expr e = to_expr(g);
  double lo = INFINITY, hi = -INFINITY, weight = 0, square = 0;
  for (int i = -64; i <= 64; ++i) {
    const double x = i / 8.0 + 0.003, v = value(e, x, theta);
    if (!(std::fabs(v) <= kBound)) return false;
    if (std::fabs(x) > 3) continue;
    lo = std::fmin(lo, v), hi = std::fmax(hi, v);
    weight += std::exp(-0.5 * x * x), square += std::exp(-0.5 * x * x) * v * v;
  }
  const double size = std::sqrt(square / weight);
  if (!(hi - lo >= kLeastSpread * (1 + size)) || size < kLeast || size > kMost) return false;
  try {
    return parse_gradient(integrate(g).text) == g;
  } catch (const Error&) {  // no certified integral: outside the space
    return false;
  }
}

}  // namespace antigrad::space
