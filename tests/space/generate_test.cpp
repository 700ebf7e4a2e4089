// Random gradients and their variation: valid, repeatable, reaching every primitive; fingerprints
// that merge what is equal.
#include "space/generate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "space/text.hpp"
#include "space/zoo.hpp"

namespace antigrad::space {
namespace {

TEST(Generate, EqualSeedsGiveEqualGradients) {
  for (int i = 0; i < 20; ++i) {
    Random a(child_seed(3, i)), b(child_seed(3, i));
    EXPECT_EQ(random_gradient({}, a), random_gradient({}, b));
  }
}

TEST(Generate, EveryOfferedPrimitiveIsReached) {
  std::set<Op> seen;
  for (int i = 0; i < 600; ++i) {
    Random random(child_seed(4, i));
    for (const Piece& p : random_gradient({}, random).pieces)
      for (const Term& t : p.terms)
        for (const Factor& f : t.factors) seen.insert(f.primitive);
  }
  for (std::size_t i = 0; i < primitives().size(); ++i)
    if (primitives()[i].search && primitives()[i].has_antiderivative) {
      EXPECT_TRUE(seen.contains(static_cast<Op>(i))) << primitives()[i].name;
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
  for (int i = 0; i < 150; ++i) {
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

TEST(Fingerprint, MergesScaleSignReflectionConstantAndRewriting) {
  const auto print = [](const char* text) { return fingerprint(parse_activation(text)); };
  EXPECT_EQ(print("tanh(x)"), print("3*tanh(x)"));
  EXPECT_EQ(print("tanh(x) + 1"), print("-2*tanh(x) - 2"));
  EXPECT_EQ(print("sigmoid(x)"), print("sigmoid(-x)"));
  EXPECT_EQ(print("sigmoid(x); f(-inf) = 0"), print("sigmoid(x)"));
  EXPECT_EQ(print("sigmoid(x)"), print("0.5 + 0.5*tanh(0.5*x)"));
  EXPECT_EQ(print("0 | 0 | 1"), print("step(x)"));
  EXPECT_EQ(print("0 | 0 | 1"), print("1 | 0 | 0"));
  EXPECT_NE(print("[a = 0.5] a*tanh(x) + 1"), print("0.5*tanh(x) + 1"));
  EXPECT_NE(print("[a = 0.5] a*tanh(x) + 1"), print("[a = 1] 0.5*tanh(x) + a"));
}

TEST(Fingerprint, SeparatesTheZooAndRandomCandidates) {
  std::set<std::uint64_t> seen;
  std::size_t count = 0;
  for (const ZooEntry& entry : zoo()) {
    // Equal up to reflection and a constant: softplus and log_sigmoid; up to a factor: relu2 and
    // star_relu; silu and xsilu differ by what trains; sgelu and the like have nobody.
    if (entry.name == "log_sigmoid" || entry.name == "star_relu") continue;
    EXPECT_TRUE(seen.insert(fingerprint(parse_activation(entry.name))).second) << entry.name;
    ++count;
  }
  std::set<std::string> texts;
  for (int i = 0; i < 500; ++i) {
    Random random(child_seed(31, i));
    texts.insert(to_string(random_gradient({}, random)));
  }
  for (const std::string& text : texts) seen.insert(fingerprint(parse_activation(text)));
  EXPECT_GE(seen.size(), count + texts.size() * 98 / 100);
}

}  // namespace
}  // namespace antigrad::space
