// Compositions p(H(a x + b)): their text, what they may hold, their values, where they integrate.
#include <gtest/gtest.h>

#include <cmath>

#include "space/draw.hpp"
#include "space/error.hpp"
#include "space/generate.hpp"
#include "space/gradient.hpp"
#include "space/normal_form.hpp"
#include "space/text.hpp"
#include "space/values.hpp"

namespace antigrad::space {
namespace {

Factor only_factor(const Gradient& g) { return g.pieces.front().terms.front().factors.front(); }

TEST(Composition, WhatAllOfItTakesOfXIsTakenOut) {
  const Gradient g =
      parse_gradient("[a = 2 in (0, inf)] tanh(softplus(a*x - 1) + 0.5*erf(a*x - 1))");
  const Factor f = only_factor(g);
  EXPECT_EQ(f.primitive, Op::Tanh);
  EXPECT_EQ(f.scale, (Affine{0, {1}}));
  EXPECT_EQ(f.shift, (Affine{-1, {}}));
  ASSERT_EQ(f.inside.size(), 2u);
  EXPECT_EQ(f.inside[0].factors.front(), (Factor{Op::Softplus}));
  const Factor mixed = only_factor(parse_gradient("tanh(x*sigmoid(2*x) + sin(3*x))"));
  EXPECT_EQ(mixed.scale, (Affine{1, {}}));
  EXPECT_EQ(mixed.inside[1].factors.front(), (Factor{Op::Sin, {3, {}}, {0, {}}}));
}

TEST(Composition, TextsReadBackToTheSameGradient) {
  for (const char* text :
       {"tanh(softplus(x))", "tanh(x*x)", "x*gaussian(tanh(2*x))", "tanh(tanh(tanh(x + 1)))",
        "[a = 0.5 in (0, inf), b = 0.2] 0.3*tanh(relu(a*x + b) - 1) | 0 | exp(-(0.5*sigmoid(x)))",
        "sigmoid(1 - erf(x)*elu(-x)) + x"}) {
    const Gradient g = parse_gradient(text);
    EXPECT_EQ(parse_gradient(to_string(g)), g) << text << " -> " << to_string(g);
  }
  Grammar grammar;
  grammar.max_depth = 4;
  grammar.composition_chance = 0.5;
  int composed_ones = 0;
  for (int i = 0; i < 300; ++i) {
    Random random(child_seed(91, i));
    const auto g = canonical(random_plausible(grammar, random));
    ASSERT_TRUE(g);
    EXPECT_EQ(parse_gradient(to_string(*g)), *g) << to_string(*g);
    for (const Piece& p : g->pieces)
      for (const Term& t : p.terms) composed_ones += composed(t);
  }
  EXPECT_GT(composed_ones, 100);
}

TEST(Composition, ValuesAreThoseOfTheExpression) {
  const Gradient g = parse_gradient(
      "[a = 0.7, b = 0.3] a*tanh(softplus(b*x + a) + 0.5) | -1 | x^2*erf(x*sigmoid(2*x) - "
      "sin(tanh(x))) | 1 | gaussian(atan(elu(a*x)))");
  const Values values(g);
  const std::vector<double> theta{0.7, 0.3}, x{-3.1, -1, -0.4, 0, 0.6, 1, 1.7, 4.2};
  std::vector<double> got(x.size());
  for (int k = -1; k < 2; ++k) {
    const Expr e = k < 0 ? to_expr(g) : derivative_param(to_expr(g), k);
    if (k < 0)
      values.at(x, got);
    else
      values.along(k, x, got);
    for (std::size_t i = 0; i < x.size(); ++i)
      EXPECT_NEAR(got[i], value(e, x[i], theta), 1e-13) << "order " << k << " at " << x[i];
  }
}

TEST(Composition, WhatHasNoCertifiedTailIsRefusedWithTheReason) {
  const std::pair<const char*, const char*> cases[] = {
      {"sigmoid(sin(x))", "does not settle"},
      {"tanh(softsign(x))", "decays or grows like no polynomial"},
      {"exp(softplus(x))", "expected that it settles exponentially"}};
  for (const auto& [text, reason] : cases) {
    try {
      integrate(parse_gradient(text));
      ADD_FAILURE() << text << " was integrated";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(reason), std::string::npos) << e.what();
    }
  }
}

TEST(Composition, TheGrammarLimitsHowDeepItGoes) {
  const auto deepest = [](const Gradient& g) {
    int most = 0;
    for (const Piece& p : g.pieces)
      for (const Term& t : p.terms)
        for (const Factor& f : t.factors) most = std::max(most, depth(f));
    return most;
  };
  for (const int limit : {1, 2, 3}) {
    Grammar grammar;
    grammar.max_depth = limit;
    grammar.composition_chance = 0.5;
    grammar.operators = {{"compose", 20}};
    int reached = 0;
    Random random(child_seed(92, limit));
    Gradient g = random_gradient(grammar, random);
    for (int i = 0; i < 15; ++i) {
      g = mutate(g, grammar, random);
      reached = std::max(reached, deepest(g));
      EXPECT_LE(deepest(g), limit) << to_string(g);
    }
    EXPECT_EQ(reached, limit);
  }
}

TEST(Composition, JumpsAreWhereTheyAreToTheLastDigit) {
  // tanh(x) = 0.3 at atanh(0.3); the step jumps from 0 to 1 there.
  const Activation a = parse_activation("step(tanh(x) - 0.3)*sech2(x)");
  EXPECT_NEAR(value(a.f, 5, {}), std::tanh(5) - 0.3, 1e-14);
  EXPECT_NEAR(value(a.f, std::atanh(0.3) + 1e-9, {}), 1e-9 * (1 - 0.09), 1e-14);
}

}  // namespace
}  // namespace antigrad::space
