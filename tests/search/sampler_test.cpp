// Samplers over real gradients on a landscape that is quick to compute.
#include "search/samplers/sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "fake.hpp"
#include "search/candidate.hpp"
#include "space/gradient.hpp"

namespace antigrad::search {
namespace {

// How far a gradient is from the target's on [-4, 4]: the lower the better.
double distance(const space::Gradient& gradient) {
  static const space::Expr target = space::to_expr(space::parse_gradient("sigmoid(2*x) | 1 | 0.5"));
  const space::Expr g = space::to_expr(gradient);
  std::vector<double> theta;
  for (const space::Parameter& p : gradient.parameters) theta.push_back(p.start);
  double sum = 0;
  for (int i = 0; i < 33; ++i) {
    const double x = -4 + 0.25 * i + 0.01;
    sum += std::abs(space::value(g, x, theta) - space::value(target, x));
  }
  return sum / 33;
}

double best_after(Sampler& sampler, int trials, std::uint64_t seed) {
  std::deque<Trial> all;
  std::vector<const Trial*> history;
  double best = INFINITY;
  for (int n = 0; n < trials; ++n) {
    space::Random random(space::child_seed(seed, static_cast<std::uint64_t>(n)));
    const Proposal proposal = sampler.ask(n, history, random);
    Trial& trial = all.emplace_back();
    trial.number = n;
    trial.candidate.activation = proposal.activation;
    trial.state = TrialState::complete;
    trial.scores = {distance(space::parse_gradient(proposal.activation))};
    history.push_back(&trial);
    best = std::min(best, trial.score());
  }
  return best;
}

TEST(Sampler, EvolutionFindsABetterGradientThanRandomSearch) {
  space::Grammar grammar;
  grammar.primitives = {"tanh", "sigmoid", "erf", "softsign"};
  grammar.max_parameters = 0;
  grammar.product_chance = 0;
  grammar.max_depth = 1;
  SamplerConfig config;
  config.population = 20;
  config.tournament = 6;
  config.random_trials = 20;
  int wins = 0;
  double evolved = 0, random = 0;
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const double e = best_after(*evolution_sampler(config, grammar), 150, seed);
    const double r = best_after(*random_sampler(grammar), 150, seed);
    wins += e < r;
    evolved += e;
    random += r;
  }
  EXPECT_GE(wins, 4) << "evolution " << evolved / 5 << ", random " << random / 5;
  EXPECT_LT(evolved, 0.8 * random);
}

TEST(Sampler, AskDependsOnItsArgumentsOnly) {
  const auto sampler = evolution_sampler({}, {});
  Trial relu;
  relu.candidate = describe_baseline("relu", describe_activation);
  relu.state = TrialState::complete;
  relu.scores = {0.5};
  const std::vector<const Trial*> history = {&relu};
  for (int n = 0; n < 20; ++n) {
    space::Random one(static_cast<std::uint64_t>(n)), two(static_cast<std::uint64_t>(n));
    const Proposal a = sampler->ask(n, history, one);
    const Proposal b = evolution_sampler({}, {})->ask(n, history, two);
    EXPECT_EQ(a.activation, b.activation);
    EXPECT_EQ(a.operation, n < 10 ? "random" : "mutate");
    EXPECT_EQ(a.parents, n < 10 ? std::vector<int>{} : std::vector<int>{0});
  }
}

TEST(Sampler, OldAndFailedTrialsAreNoParents) {
  SamplerConfig config;
  config.random_trials = 0;
  config.population = 3;
  std::deque<Trial> trials;
  std::vector<const Trial*> history;
  for (int n = 0; n < 10; ++n) {
    Trial& trial = trials.emplace_back();
    trial.number = n;
    trial.candidate.activation = "tanh(x)";
    trial.state = n == 8 ? TrialState::fail : TrialState::pruned;
    trial.scores = {static_cast<double>(n)};  // the oldest is the best
    history.push_back(&trial);
  }
  const auto sampler = evolution_sampler(config, {});
  std::set<int> parents;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    space::Random random(seed);
    for (const int parent : sampler->ask(0, history, random).parents) parents.insert(parent);
  }
  EXPECT_FALSE(parents.empty());
  for (const int parent : parents) EXPECT_TRUE(parent == 6 || parent == 7 || parent == 9) << parent;
}

TEST(Sampler, MoreRungsBeatALowerScoreAndFailuresAreLast) {
  Trial high, low, failed;
  high.scores = {1, 2};
  low.scores = {-5};
  failed.scores = {-9, -9};
  failed.state = TrialState::fail;
  EXPECT_TRUE(better(high, low));
  EXPECT_FALSE(better(low, high));
  EXPECT_TRUE(better(low, failed));
}

TEST(Candidate, IsDescribedByItsFormulaAndSize) {
  const Candidate c = describe_activation("[a = 0.25] a | 0 | 1");
  EXPECT_EQ(c.pieces, 2);
  EXPECT_EQ(c.terms, 2);
  EXPECT_EQ(c.parameters, 1);
  EXPECT_EQ(c.fingerprint.size(), 16u);
  EXPECT_NE(c.f.find('a'), std::string::npos) << c.f;
  EXPECT_EQ(describe_activation(c.activation).fingerprint, c.fingerprint);
}

TEST(Candidate, BaselineKnowsItsNameAndTitle) {
  const Candidate c = describe_baseline("relu2", describe_activation);
  EXPECT_TRUE(c.baseline);
  EXPECT_EQ(c.name, "relu2");
  EXPECT_EQ(c.title, "ReLU^2");
  EXPECT_EQ(c.operation, "baseline");
}

}  // namespace
}  // namespace antigrad::search
