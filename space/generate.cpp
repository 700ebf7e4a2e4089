#include "space/generate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "space/cost.hpp"
#include "space/draw.hpp"
#include "space/normal_form.hpp"

namespace antigrad::space {
namespace {

constexpr int kTries = 1000;

bool numbers_allow(const Gradient& g, const Grammar& grammar) {
  if (static_cast<int>(g.pieces.size()) > grammar.max_pieces) return false;
  if (static_cast<int>(g.parameters.size()) > grammar.max_parameters) return false;
  for (std::size_t i = 1; i < g.knots.size(); ++i)
    if (!(g.knots[i] > g.knots[i - 1])) return false;
  for (const Piece& p : g.pieces) {
    int terms = 0;
    for (const Term& t : p.terms) {
      terms += t.power > 0 || !t.factors.empty();
      if (t.power > std::max(1, grammar.max_power)) return false;
      if (static_cast<int>(t.factors.size()) > grammar.max_factors) return false;
      for (const Factor& f : t.factors)
        if (depth(f) > grammar.max_depth) return false;
      if (trains_inside(t) && (t.power > 0 || t.factors.size() > 1)) return false;
    }
    if (terms > grammar.max_terms) return false;
  }
  return grammar.max_cost == 0 || cost(g) <= grammar.max_cost;
}

int size_of(const Gradient& g) {
  std::size_t terms = 0;
  for (const Piece& p : g.pieces) terms += p.terms.size();
  return static_cast<int>(terms);
}

void draw_knots(Gradient& g, int pieces, Draw& draw) {
  for (int i = 0; i < kTries && static_cast<int>(g.knots.size()) + 1 < pieces; ++i) {
    const double k = draw.knot();
    if (std::ranges::find(g.knots, k) == g.knots.end()) g.knots.push_back(k);
  }
  std::ranges::sort(g.knots);
}

void free_some(Gradient& g, Draw& draw) {
  const int trained = draw.random().below(draw.grammar().max_parameters + 1);
  for (int i = 0; i < trained; ++i) {
    Piece& p =
        g.pieces[static_cast<std::size_t>(draw.random().below(static_cast<int>(g.pieces.size())))];
    if (p.terms.empty()) continue;
    Term& t =
        p.terms[static_cast<std::size_t>(draw.random().below(static_cast<int>(p.terms.size())))];
    free_coefficient(g, t, draw.grammar(), draw.random());
  }
}

Gradient draw_uniform(Draw& draw) {
  Gradient g;
  draw_knots(g, 1 + draw.random().below(draw.grammar().max_pieces), draw);
  for (std::size_t i = 0; i <= g.knots.size(); ++i) g.pieces.push_back(draw.piece());
  tidy(g);
  free_some(g, draw);
  tidy(g);
  return g;
}

/// `size` terms dealt to pieces with room for them; a piece may stay empty (0).
Gradient draw_of_size(int size, Draw& draw) {
  const Grammar& grammar = draw.grammar();
  const auto room = static_cast<std::size_t>(grammar.max_terms);
  const int least = (size + grammar.max_terms - 1) / grammar.max_terms;
  Gradient g;
  draw_knots(g, least + draw.random().below(grammar.max_pieces - least + 1), draw);
  g.pieces.resize(g.knots.size() + 1);
  for (int i = 0; i < size;) {
    Piece& p =
        g.pieces[static_cast<std::size_t>(draw.random().below(static_cast<int>(g.pieces.size())))];
    if (p.terms.size() == room && g.pieces.size() * room > static_cast<std::size_t>(i)) continue;
    p.terms.push_back(draw.term());
    ++i;
  }
  tidy(g);
  free_some(g, draw);
  tidy(g);
  return g;
}

int draw_size(const Grammar& grammar, Random& random) {
  std::vector<double> weights;
  for (int n = 1; n <= grammar.largest_size(); ++n)
    weights.push_back(std::pow(grammar.size_ratio, n));
  return 1 + static_cast<int>(pick_weighted(weights, random));
}

bool integrates(const Gradient& g) {
  try {
    return parse_gradient(integrate(g).text) == g;
  } catch (const Error&) {  // no certified integral: outside the space
    return false;
  }
}

/// Draws until `take` gives a gradient.
template <class Take>
Gradient draw_until(const Grammar& grammar, Random& random, const Take& take) {
  Draw draw(grammar, random);
  const bool balanced = grammar.sampling == Sampling::boltzmann;
  const int size = balanced ? draw_size(grammar, random) : 0;
  // What samples refute costs microseconds and can be most of the space.
  const int tries = grammar.refuted ? 30 * kTries : kTries;
  for (int i = 0; i < tries; ++i) {
    const Gradient g = balanced ? draw_of_size(size, draw) : draw_uniform(draw);
    if (balanced && size_of(g) != size) continue;
    if (std::optional<Gradient> taken = take(g)) return std::move(*taken);
  }
  throw Error(fmt::format(
      "no valid gradient{} in {} draws: widen the space (more primitives, pieces or terms{}{})",
      balanced ? fmt::format(" of {} terms", size) : "", tries,
      grammar.max_cost > 0 ? ", a higher max_cost" : "",
      grammar.refuted ? ", fewer constraints" : ""));
}

}  // namespace

std::optional<SampledFacts> plausible(const Gradient& g, const Grammar& grammar) {
  constexpr double kBound = 1e3, kLeastSpread = 0.05, kLeast = 0.05, kMost = 5;
  if (!numbers_allow(g, grammar)) return std::nullopt;
  const SampledFacts s = sampled_facts(g);
  if (!s.finite || s.most > kBound || s.least < -kBound) return std::nullopt;
  if (s.centre_most - s.centre_least < kLeastSpread * (1 + s.size)) return std::nullopt;
  if (s.size < kLeast || s.size > kMost) return std::nullopt;
  if (grammar.refuted && grammar.refuted(s)) return std::nullopt;
  return s;
}

bool valid(const Gradient& g, const Grammar& grammar) {
  return plausible(g, grammar) && integrates(g);
}

Gradient random_plausible(const Grammar& grammar, Random& random) {
  return draw_until(grammar, random, [&](const Gradient& g) {
    return plausible(g, grammar) ? std::optional(g) : std::nullopt;
  });
}

Gradient random_gradient(const Grammar& grammar, Random& random) {
  return draw_until(grammar, random, [&](const Gradient& g) -> std::optional<Gradient> {
    if (!plausible(g, grammar)) return std::nullopt;
    std::optional<Gradient> written = canonical(g);
    const bool fine = written && size_of(*written) == size_of(g) &&
                      numbers_allow(*written, grammar) && integrates(*written);
    return fine ? written : std::nullopt;
  });
}

}  // namespace antigrad::space
