// Random gradients and their variation: valid, repeatable, within the grammar, reaching every
// primitive, operator and size as often as the grammar says. The statistics are of fixed seeds; the
// bounds are those that a correct generator with another seed misses with a probability below 1e-9.
#include "space/generate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>

#include "space/cost.hpp"
#include "space/draw.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

TEST(Generate, EqualSeedsGiveEqualGradients) {
  for (int i = 0; i < 20; ++i) {
    Random a(child_seed(3, i)), b(child_seed(3, i));
    EXPECT_EQ(random_gradient({}, a), random_gradient({}, b));
  }
}

/// Above it a chi-square of n categories lies with a probability below 1e-9 (Laurent and Massart
/// 2000: P(X > k + 2 sqrt(k t) + 2 t) <= exp(-t)).
double chi_square_bound(std::size_t categories) {
  const double k = static_cast<double>(categories - 1), t = std::log(1e9);
  return k + 2 * std::sqrt(k * t) + 2 * t;
}

double chi_square(std::span<const int> counts, std::span<const double> weights) {
  double all = 0, sum = 0, x = 0;
  for (const int c : counts) all += c;
  for (const double w : weights) sum += w;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = all * weights[i] / sum;
    x += (counts[i] - expected) * (counts[i] - expected) / expected;
  }
  return x;
}

TEST(Generate, WeightsDecideHowOftenAPrimitiveIsDrawn) {
  Grammar grammar;
  std::vector<double> weights;
  for (const Primitive& p : primitives())
    if (p.search) {
      weights.push_back(1 + static_cast<double>(weights.size() % 3));
      grammar.primitive_weights[std::string(p.name)] = weights.back();
    }
  Random random(4);
  Draw draw(grammar, random);
  std::map<Op, int> seen;
  for (int i = 0; i < 20000; ++i) ++seen[draw.primitive()];
  std::vector<int> counts;
  for (const auto& [op, count] : seen) counts.push_back(count);
  ASSERT_EQ(counts.size(), weights.size());
  EXPECT_LT(chi_square(counts, weights), chi_square_bound(counts.size()));
}

// The rarest primitive stands in 9 of 100 gradients (of 20,000 others): 500 without one that stands
// in 5 of 100 have a probability below 0.95^500 = 1e-11.
TEST(Generate, EveryOfferedPrimitiveIsReached) {
  std::set<Op> seen;
  for (int i = 0; i < 500; ++i) {
    Random random(child_seed(4, i));
    for (const Piece& p : random_plausible({}, random).pieces)
      for (const Term& t : p.terms)
        for (const Factor& f : t.factors) seen.insert(f.primitive);
  }
  for (std::size_t i = 0; i < primitives().size(); ++i)
    if (primitives()[i].search) {
      EXPECT_TRUE(seen.contains(static_cast<Op>(i))) << primitives()[i].name;
    }
}

int terms_of(const Gradient& g) {
  std::size_t n = 0;
  for (const Piece& p : g.pieces) n += p.terms.size();
  return static_cast<int>(n);
}

TEST(Generate, BoltzmannSamplingGivesEverySizeItsShare) {
  for (const double ratio : {1.0, 0.6}) {
    Grammar grammar;
    grammar.sampling = Sampling::boltzmann;
    grammar.size_ratio = ratio;
    grammar.max_size = 7;
    std::vector<int> counts(7, 0);
    std::vector<double> weights;
    for (int n = 1; n <= 7; ++n) weights.push_back(std::pow(ratio, n));
    for (int i = 0; i < 6000; ++i) {
      Random random(child_seed(77, i));
      ++counts[static_cast<std::size_t>(terms_of(random_plausible(grammar, random))) - 1];
    }
    EXPECT_LT(chi_square(counts, weights), chi_square_bound(7)) << "ratio " << ratio;
    for (int i = 0; i < 60; ++i) {
      Random random(child_seed(78, i));
      EXPECT_LE(terms_of(random_gradient(grammar, random)), 7);
    }
  }
}

// With these weights each operator makes at least 4 of 100 accepted mutations (of 8,000 others):
// 700 without one that makes 3 have a probability below 0.97^700 = 1e-9.
TEST(Generate, EveryOperatorIsReached) {
  Grammar grammar;
  grammar.primitives = {"tanh", "sigmoid", "gaussian", "exp", "relu", "cos"};
  grammar.trained.scales = grammar.trained.shifts = 0.5;
  for (const char* rare : {"swap_terms", "swap_primitives", "remove_factor", "insert_factor",
                           "change_start", "move_knot", "freeze_coefficient"})
    grammar.operators[rare] = 3;
  std::map<std::string_view, int> seen;
  Random random(12);
  Gradient mother = random_gradient(grammar, random), father = mother;
  for (int i = 0; i < 800; ++i) {
    const Variation v = mutation(mother, grammar, random);
    ++seen[v.operation];
    father = std::exchange(mother, v.gradient);
    if (i % 10 == 0) ++seen[crossing(father, mother, grammar, random).operation];
  }
  for (const OperatorInfo& o : variation_operators()) EXPECT_GT(seen[o.name], 0) << o.name;
}

TEST(Generate, WeightsOfOperatorsDecide) {
  Grammar grammar;
  for (const OperatorInfo& o : variation_operators())
    grammar.operators[std::string(o.name)] = o.name == "insert_term" || o.name == "cross_terms";
  grammar.max_terms = 8;
  for (int i = 0; i < 20; ++i) {
    Random random(child_seed(15, i));
    const Gradient a = random_gradient(grammar, random), b = random_gradient(grammar, random);
    EXPECT_EQ(mutation(a, grammar, random).operation, "insert_term");
    EXPECT_EQ(crossing(a, b, grammar, random).operation, "cross_terms");
  }
}

TEST(Generate, CostsKnotsAndRefutationsAreKept) {
  Grammar grammar;
  grammar.max_cost = 30;
  grammar.knots = {1, {-0.25}, 0.5, 0.5};
  grammar.refuted = [](const SampledFacts& s) { return s.least < 0; };
  grammar.max_parameters = 3;
  grammar.trained = {0, 1, 1, 0.5};
  bool inside = false;
  for (int i = 0; i < 60; ++i) {
    Random random(child_seed(17, i));
    Gradient g = random_gradient(grammar, random);
    for (int k = 0; k < 2; ++k) g = mutate(g, grammar, random);
    EXPECT_LE(cost(g), 30) << to_string(g);
    EXPECT_GE(sampled_facts(g).least, 0) << to_string(g);
    for (const double k : g.knots)
      EXPECT_TRUE(k == -0.25 || (std::fabs(k) <= 1 && std::fmod(k, 0.5) == 0)) << k;
    for (const Piece& p : g.pieces)
      for (const Term& t : p.terms) {
        EXPECT_TRUE(t.weight.constant()) << to_string(g);
        inside = inside || trains_inside(t);
      }
  }
  EXPECT_TRUE(inside) << "no scale or shift trains";
}

TEST(Generate, ValuesAgreeWithTheExpression) {
  Grammar grammar;
  grammar.max_factors = 3;
  grammar.product_chance = 0.4;
  grammar.trained = {1, 1, 1, 0.5};
  const std::vector<double> x{-5.3, -1.7, -0.4, 0, 0.2, 1.1, 3.9};
  for (int i = 0; i < 200; ++i) {
    Random random(child_seed(19, i));
    const Gradient g = random_plausible(grammar, random);
    std::vector<double> theta, got(x.size());
    for (const Parameter& p : g.parameters) theta.push_back(p.start);
    const auto expect = [&](const Expr& e) {
      for (std::size_t j = 0; j < x.size(); ++j) {
        const double want = value(e, x[j], theta);
        EXPECT_NEAR(got[j], want, 1e-12 * (1 + std::fabs(want))) << to_string(g) << " at " << x[j];
      }
    };
    Values(g).at(x, got);
    expect(to_expr(g));
    for (int k = 0; k < static_cast<int>(theta.size()); ++k) {
      Values(g).along(k, x, got);
      expect(derivative_param(to_expr(g), k));
    }
  }
}

TEST(Generate, TheGrammarIsKept) {
  Grammar grammar;
  grammar.primitives = {"tanh", "sigmoid"};
  grammar.max_pieces = 2;
  grammar.max_terms = 1;
  grammar.max_parameters = 1;
  for (int i = 0; i < 100; ++i) {
    Random random(child_seed(9, i));
    Gradient g = random_gradient(grammar, random);
    for (int k = 0; k < 3; ++k) g = mutate(g, grammar, random);
    EXPECT_LE(g.pieces.size(), 2U);
    EXPECT_LE(g.parameters.size(), 1U);
    for (const Piece& p : g.pieces)
      for (const Term& t : p.terms)
        for (const Factor& f : t.factors)
          EXPECT_TRUE(f.primitive == Op::Tanh || f.primitive == Op::Sigmoid);
  }
}

TEST(Generate, VariationsAreValidAndDiffer) {
  for (int i = 0; i < 60; ++i) {
    Random random(child_seed(21, i));
    const Gradient mother = random_gradient({}, random), father = random_gradient({}, random);
    const Gradient mutant = mutate(mother, {}, random),
                   child = crossover(mother, father, {}, random);
    EXPECT_NE(mutant, mother);
    EXPECT_NE(child, mother);
    for (const Gradient& g : {mutant, child}) {
      EXPECT_EQ(parse_gradient(to_string(g)), g) << to_string(g);
      EXPECT_TRUE(
          std::isfinite(value(integrate(g).f, 1.5, std::vector<double>(g.parameters.size(), 0.5))));
    }
  }
}

}  // namespace
}  // namespace antigrad::space
