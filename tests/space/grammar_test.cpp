// The YAML form of a grammar.
#include "space/grammar.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace antigrad::space {
namespace {

Grammar read(const char* text) { return read_grammar(Yaml::parse(text, "g.yaml")); }

TEST(Grammar, EveryKeyIsRead) {
  const Grammar g = read(R"(
primitives: {tanh: 2, exp: 0.5, sin: 0}
max_pieces: 4
max_terms: 5
max_power: 2
max_factors: 3
max_parameters: 6
max_cost: 80
product_chance: 0.3
max_depth: 3
composition_chance: 0.2
knots: {range: 1.5, preferred: [0, 1], chance: 0.25, grid: 0}
train: {weights: 2, scales: 1, shifts: 0.5, positive: 1}
sampling: {name: boltzmann, ratio: 0.8, max_size: 9}
operators: {move_knot: 3, redraw_piece: 0}
)");
  EXPECT_EQ(g.primitives, (std::vector<std::string>{"tanh", "exp", "sin"}));
  EXPECT_EQ(g.primitive_weights.at("exp"), 0.5);
  EXPECT_EQ(g.max_pieces, 4);
  EXPECT_EQ(g.max_terms, 5);
  EXPECT_EQ(g.max_power, 2);
  EXPECT_EQ(g.max_factors, 3);
  EXPECT_EQ(g.max_parameters, 6);
  EXPECT_EQ(g.max_cost, 80);
  EXPECT_EQ(g.product_chance, 0.3);
  EXPECT_EQ(g.max_depth, 3);
  EXPECT_EQ(g.composition_chance, 0.2);
  EXPECT_EQ(g.knots.range, 1.5);
  EXPECT_EQ(g.knots.preferred, (std::vector<double>{0, 1}));
  EXPECT_EQ(g.knots.preferred_chance, 0.25);
  EXPECT_EQ(g.knots.grid, 0);
  EXPECT_EQ(g.trained.weights, 2);
  EXPECT_EQ(g.trained.scales, 1);
  EXPECT_EQ(g.trained.shifts, 0.5);
  EXPECT_EQ(g.trained.positive, 1);
  EXPECT_EQ(g.sampling, Sampling::boltzmann);
  EXPECT_EQ(g.size_ratio, 0.8);
  EXPECT_EQ(g.largest_size(), 9);
  EXPECT_EQ(g.operators.at("move_knot"), 3);
  EXPECT_EQ(g.operators.at("redraw_piece"), 0);
}

TEST(Grammar, ListsAndOthersAreWeightsToo) {
  EXPECT_EQ(read("primitives: [tanh, exp]").primitives.size(), 2U);
  EXPECT_TRUE(read("primitives: []").primitives.empty());
  const Grammar g = read("primitives: {others: 0.5, tanh: 3}");
  EXPECT_TRUE(g.primitives.empty());
  EXPECT_EQ(g.primitive_weights.at("tanh"), 3);
  EXPECT_EQ(g.primitive_weights.at("gaussian"), 0.5);
  EXPECT_EQ(read("knot_range: 1.5").knots.range, 1.5);
  EXPECT_EQ(read("sampling: boltzmann").largest_size(), 9);
}

TEST(Grammar, EveryOperatorHasItsOwnName) {
  std::vector<std::string_view> names;
  for (const OperatorInfo& o : variation_operators()) {
    EXPECT_EQ(std::ranges::count(names, o.name), 0) << o.name;
    EXPECT_GT(o.weight, 0) << o.name;
    names.push_back(o.name);
  }
}

}  // namespace
}  // namespace antigrad::space
