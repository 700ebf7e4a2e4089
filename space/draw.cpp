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

/// A multiple of the grid, as the decimal that it is written as.
double on_grid(double v, double grid) {
  if (grid == 0) return v;
  const double inverse = 1 / grid, n = std::nearbyint(v / grid);
  return inverse == std::nearbyint(inverse) ? n / inverse : n * grid;
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

/// What may train of a term: its weight, or inside its only primitive.
std::vector<std::pair<Affine*, double>> trainable(Term& t, const Trained& trained) {
  std::vector<std::pair<Affine*, double>> all{{&t.weight, trained.weights}};
  if (t.power == 0 && t.factors.size() == 1) {
    all.emplace_back(&t.factors.front().scale, trained.scales);
    all.emplace_back(&t.factors.front().shift, trained.shifts);
  }
  std::erase_if(all, [&](const auto& choice) {
    const bool zero_shift = choice.first != &t.weight && choice.first->base == 0;
    return choice.second == 0 || !choice.first->constant() ||
           (choice.first->base == 0 && !zero_shift);
  });
  return all;
}

}  // namespace

std::size_t pick_weighted(std::span<const double> weights, Random& random) {
  double sum = 0;
  for (const double w : weights) sum += w;
  double left = random.uniform() * sum;
  std::size_t last = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] == 0) continue;
    if (left < weights[i]) return i;
    left -= weights[i], last = i;
  }
  return last;  // rounding
}

Draw::Draw(const Grammar& grammar, Random& random) : grammar_(grammar), random_(random) {
  for (std::size_t i = 0; i < space::primitives().size(); ++i) {
    const Primitive& p = space::primitives()[i];
    const bool named =
        grammar.primitives.empty() || std::ranges::count(grammar.primitives, p.name) > 0;
    const auto weight = grammar.primitive_weights.find(std::string(p.name));
    const double w = weight == grammar.primitive_weights.end() ? 1 : weight->second;
    if (!p.search || !named || w == 0) continue;
    primitives_.push_back(static_cast<Op>(i));
    weights_.push_back(w);
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
  const Knots& k = grammar_.knots;
  if (!k.preferred.empty() && random_.chance(k.preferred_chance))
    return k
        .preferred[static_cast<std::size_t>(random_.below(static_cast<int>(k.preferred.size())))];
  return on_grid(random_.uniform(-k.range, k.range), k.grid);
}

Op Draw::primitive() { return primitives_[pick_weighted(weights_, random_)]; }

Factor Draw::factor() {
  const Op op = primitive();
  const double a = scale();
  Factor f{op, {a, {}}, {shift(), {}}};
  for (int depth = 1; depth < grammar_.max_depth && random_.chance(grammar_.composition_chance);
       ++depth)
    f = around(std::move(f));
  return f;
}

Factor Draw::around(Factor inner) {
  Factor f{primitive(), inner.scale, inner.shift};
  inner.scale = {1, {}}, inner.shift = {0, {}};
  Term t{{random_.chance(0.6) ? 1 : coefficient(), {}}, 0, {std::move(inner)}};
  const bool trains = !f.scale.constant() || !f.shift.constant();
  if (grammar_.max_power > 0 && !trains && random_.chance(0.25)) t.power = 1;
  f.inside.push_back(std::move(t));
  if (random_.chance(0.3)) f.inside.push_back(Term{{coefficient(), {}}, 0, {}});
  return f;
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
  while (static_cast<int>(t.factors.size()) < grammar_.max_factors &&
         random_.chance(grammar_.product_chance))
    t.factors.push_back(factor());
  return t;
}

Piece Draw::piece() {
  Piece p;
  const int terms = 1 + random_.below(grammar_.max_terms);
  for (int i = 0; i < terms; ++i) p.terms.push_back(term());
  if (random_.chance(0.4)) p.terms.push_back(Term{{coefficient(), {}}, 0, {}});
  return p;
}

bool free_coefficient(Gradient& g, Term& term, const Grammar& grammar, Random& random) {
  if (static_cast<int>(g.parameters.size()) >= grammar.max_parameters) return false;
  const auto choices = trainable(term, grammar.trained);
  if (choices.empty()) return false;
  std::vector<double> weights;
  for (const auto& choice : choices) weights.push_back(choice.second);
  Affine& coefficient = *choices[pick_weighted(weights, random)].first;
  const bool scale = !term.factors.empty() && &coefficient == &term.factors.front().scale;
  const double start = coefficient.base;
  const bool above = start > 0 && (scale || random.chance(grammar.trained.positive));
  const bool below = start < 0 && scale;
  g.parameters.push_back({fresh_name(g), start, {above ? 0 : -INFINITY, below ? 0 : INFINITY}});
  coefficient = Affine{0, std::vector<double>(g.parameters.size(), 0.0)};
  coefficient.slope.back() = 1;
  return true;
}

bool trains_inside(const Term& term) {
  return std::ranges::any_of(
      term.factors, [](const Factor& f) { return !f.scale.constant() || !f.shift.constant(); });
}

void tidy(Gradient& g) {
  for (Piece& p : g.pieces) {
    for (Term& t : p.terms) std::ranges::stable_sort(t.factors, {}, &Factor::primitive);
    p.terms = merged(std::move(p.terms));
  }
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

std::optional<Gradient> canonical(const Gradient& g) {
  try {
    return parse_gradient(to_string(g));
  } catch (const Error&) {  // outside the form: not a gradient
    return std::nullopt;
  }
}

}  // namespace antigrad::space
