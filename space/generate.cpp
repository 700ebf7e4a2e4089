#include "space/generate.hpp"

#include <algorithm>

#include "space/draw.hpp"
#include "space/error.hpp"

namespace antigrad::space {
namespace {

constexpr int kTries = 1000;

Gradient draw_gradient(Draw& draw) {
  Random& random = draw.random();
  Gradient g;
  const int pieces = 1 + random.below(draw.grammar().max_pieces);
  while (static_cast<int>(g.knots.size()) + 1 < pieces) {
    const double k = draw.knot();
    if (std::ranges::find(g.knots, k) == g.knots.end()) g.knots.push_back(k);
  }
  std::ranges::sort(g.knots);
  for (int i = 0; i < pieces; ++i) g.pieces.push_back(draw.piece());
  const int trained = random.below(draw.grammar().max_parameters + 1);
  for (int i = 0; i < trained; ++i) {
    Piece& p = g.pieces[static_cast<std::size_t>(random.below(pieces))];
    if (p.terms.empty()) continue;
    free_coefficient(
        g, p.terms[static_cast<std::size_t>(random.below(static_cast<int>(p.terms.size())))].weight,
        draw.grammar(), random);
  }
  tidy(g);
  return g;
}

}  // namespace

Gradient random_gradient(const Grammar& grammar, Random& random) {
  Draw draw(grammar, random);
  for (int i = 0; i < kTries; ++i) {
    Gradient g = draw_gradient(draw);
    if (valid(g, grammar)) return g;
  }
  throw Error(
      "no valid gradient in 1,000 draws: widen the space (more primitives, pieces or terms)");
}

}  // namespace antigrad::space
