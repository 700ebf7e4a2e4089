// Samplers of gradients that work on coefficients or on a finite library.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <fstream>
#include <set>

#include "paths.hpp"
#include "search/candidate.hpp"
#include "search/samplers/coefficients.hpp"
#include "search/samplers/sampler.hpp"
#include "space/error.hpp"
#include "space/generate.hpp"
#include "space/gradient.hpp"
#include "tests/search/fake.hpp"

namespace antigrad::search {
namespace {

TEST(Coefficients, AreFreeUpToTheUnitsOfInputAndOutput) {
  const std::pair<const char*, std::vector<std::string>> table[] = {
      {"tanh(x)", {}},
      {"0 | 0 | 1", {}},
      {"0.1 | 0 | 1", {"w2"}},
      {"2*sigmoid(3*x + 1) + 0.5*tanh(x)", {"a2", "b2", "w2"}},
      {"tanh(x) | 1 | 0.5 | 2 | 0", {"b1", "k2", "w2"}},
      {"[a = 0.5 in (0, 1)] a*tanh(x) + sigmoid(x)", {"a", "a2", "b2"}},
  };
  for (const auto& [text, names] : table) {
    std::vector<std::string> got;
    for (const auto& [name, value] : coefficients_of(space::parse_gradient(text)).values)
      got.push_back(name);
    EXPECT_EQ(got, names) << text;
  }
}

TEST(Coefficients, StructuresAreEqualUpToThem) {
  const auto structure = [](const char* text) {
    return coefficients_of(space::parse_gradient(text)).structure;
  };
  EXPECT_EQ(structure("tanh(x) | 1 | 0.5"), structure("0.3*tanh(2*x - 1) | 7 | -2"));
  const char* others[] = {"tanh(x) | 1 | 0.5",
                          "tanh(x) | 1 | x",
                          "erf(x) | 1 | 0.5",
                          "x*tanh(x) | 1 | 0.5",
                          "tanh(x) | 1 | 0",
                          "tanh(x)",
                          "[a = 1] a*tanh(x) | 1 | 0.5",
                          "[a = 1 in (0, inf)] a*tanh(x) | 1 | 0.5"};
  std::set<std::string> different;
  for (const char* text : others) different.insert(structure(text));
  EXPECT_EQ(different.size(), std::size(others));
}

// Of random gradients: what is set is read back, inside of its range, and the structure stays.
TEST(Coefficients, SetAndReadBack) {
  const space::Grammar grammar;
  const auto sampler = random_parameters();
  int free = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    space::Random random(seed);
    const space::Gradient g = space::random_gradient(grammar, random);
    EXPECT_EQ(with_coefficients(g, coefficients_of(g).values), g);
    const SearchSpace space = coefficient_space(g);
    for (const SpaceParameter& p : space)
      EXPECT_TRUE(contains(p.distribution, *find(coefficients_of(g).values, p.name)))
          << p.name << " of " << to_string(g);
    const Parameters values = sampler->ask(0, {}, space, random);
    const Coefficients back = coefficients_of(with_coefficients(g, values));
    EXPECT_EQ(back.structure, coefficients_of(g).structure);
    for (const auto& [name, value] : values) EXPECT_EQ(*find(back.values, name), value) << name;
    free += !space.empty();
  }
  EXPECT_GT(free, 30);
}

TEST(Coefficients, OutOfOrderAndOutOfDomainAreErrors) {
  const auto g = space::parse_gradient("[a = 0.5 in (0, 1)] a*tanh(x) | 1 | 0.5");
  EXPECT_THROW(with_coefficients(g, {{"a", 2}}), space::Error);
  EXPECT_THROW(with_coefficients(space::parse_gradient("0 | 0 | x | 2 | 1"), {{"k2", -3}}),
               space::Error);
}

// How far a gradient is from the target's on [-4, 4]: the lower the better.
double distance(const space::Gradient& gradient) {
  static const space::Expr target =
      space::to_expr(space::parse_gradient("0.8*sigmoid(1.7*x - 0.4) + 0.37*tanh(x)"));
  const space::Expr g = space::to_expr(gradient);
  const std::vector<double> theta = space::starts_of(gradient.parameters);
  double sum = 0;
  for (int i = 0; i < 33; ++i) {
    const double x = -4 + 0.25 * i + 0.01;
    sum += std::abs(space::value(g, x, theta) - space::value(target, x));
  }
  return sum / 33;
}

struct Study {
  std::deque<Trial> trials;
  std::vector<const Trial*> history;
  double best = INFINITY;
};

// A study by hand: baselines first.
Study run(Sampler& sampler, const std::vector<std::string>& baselines, int trials,
          std::uint64_t seed) {
  Study r;
  const auto add = [&](const std::string& text, bool baseline) {
    Trial& trial = r.trials.emplace_back();
    trial.number = static_cast<int>(r.trials.size()) - 1;
    trial.candidate = describe_activation(text);
    trial.candidate.baseline = baseline;
    trial.state = TrialState::complete;
    trial.scores = {distance(space::parse_gradient(trial.candidate.activation))};
    r.best = std::min(r.best, trial.score());
    r.history.push_back(&trial);
  };
  for (const std::string& text : baselines) add(text, true);
  for (int n = 0; n < trials; ++n) {
    space::Random random(space::child_seed(seed, static_cast<std::uint64_t>(n)));
    const Proposal proposal = sampler.ask(n, r.history, random);
    add(proposal.activation, false);
    r.trials.back().candidate.operation = proposal.operation;
    r.trials.back().candidate.parents = proposal.parents;
  }
  return r;
}

space::Grammar small_grammar() {
  space::Grammar grammar;
  grammar.primitives = {"tanh", "sigmoid", "erf"};
  grammar.max_parameters = 0;
  grammar.product_chance = grammar.composition_chance = 0;
  grammar.max_pieces = 1;
  return grammar;
}

TEST(RefiningSampler, FindsTheCoefficientsThatEvolutionDoesNot) {
  const std::vector<std::string> baselines = {"sigmoid(x) + 0.5*tanh(x)"};
  for (const char* name : {"tpe", "cma_es", "quasi_random"}) {
    SamplerConfig config;
    config.name = name;
    config.structure_trials = 10;
    config.refined = 1;
    int wins = 0;
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      const auto sampler = refining_sampler(config, small_grammar(), seed);
      const double refined = run(*sampler, baselines, 80, seed).best;
      const auto plain = random_sampler(small_grammar());
      wins += refined < 0.7 * run(*plain, baselines, 80, seed).best;
    }
    EXPECT_GE(wins, name[0] == 'q' ? 2 : 3) << name;
  }
}

TEST(RefiningSampler, TakesTheBestStructuresByTurns) {
  SamplerConfig config;
  config.name = "tpe";
  config.structures = "random";
  config.structure_trials = 8;
  config.refined = 2;
  const Study r = run(*refining_sampler(config, small_grammar(), 1),
                      {"sigmoid(x) + 0.5*tanh(x)", "erf(x) + 0.5*tanh(2*x)"}, 20, 1);
  std::set<std::string> structures;
  for (std::size_t i = 10; i < r.trials.size(); ++i) {
    EXPECT_EQ(r.trials[i].candidate.operation, "refine");
    structures.insert(
        coefficients_of(space::parse_gradient(r.trials[i].candidate.activation)).structure);
  }
  EXPECT_LE(structures.size(), 3u);  // one more where a better one of another came up
  EXPECT_GE(structures.size(), 2u);
  // The last one again, asked of a new sampler.
  std::vector<const Trial*> history(r.history.begin(), r.history.end() - 1);
  space::Random random(space::child_seed(1, std::uint64_t{19}));
  EXPECT_EQ(describe_activation(
                refining_sampler(config, small_grammar(), 1)->ask(19, history, random).activation)
                .activation,
            r.trials.back().candidate.activation);
}

// Two objectives that pull apart: near to the target, and few terms. What is dominated on both is
// no parent, and the front keeps its ends.
TEST(Nsga2Sampler, VariesTheFrontOfSeveralObjectives) {
  const Objectives objectives = [](const Trial& trial) {
    return std::vector{trial.score(), static_cast<double>(trial.candidate.terms)};
  };
  SamplerConfig config;
  config.random_trials = 0;
  config.population = 3;
  config.tournament = 1;
  std::deque<Trial> all;
  const std::pair<const char*, double> table[] = {
      {"tanh(x)", 3},          {"tanh(x) + sigmoid(x)", 1},
      {"tanh(x) + erf(x)", 2}, {"erf(x) + sigmoid(x) + tanh(2*x)", 0.5},
      {"f: x*sigmoid(x)", -1}, {"erf(x)", 4}};
  std::vector<const Trial*> history;
  for (const auto& [text, score] : table) {
    Trial& trial = all.emplace_back();
    trial.number = static_cast<int>(all.size()) - 1;
    trial.candidate = describe_activation(text);
    trial.state = TrialState::complete;
    trial.scores = {score};
    history.push_back(&trial);
  }
  const auto sampler = nsga2_sampler(config, small_grammar(), objectives);
  std::set<int> parents;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    space::Random random(seed);
    for (const int parent : sampler->ask(0, history, random).parents) parents.insert(parent);
  }
  EXPECT_EQ(parents, (std::set<int>{0, 1, 3}));
}

TEST(LibrarySampler, TakesEachOnceButBaselines) {
  SamplerConfig config;
  config.library = {"tanh", "relu", "sigmoid", "gelu", "silu", "erf(x)"};
  for (const char* name : {"random", "grid"}) {
    config.name = name;
    std::set<std::string> seen;
    const auto sampler = library_sampler(config, 3);
    Trial relu;
    relu.candidate = describe_baseline("relu", describe_activation);
    const std::vector<const Trial*> history = {&relu};
    space::Random random(1);
    for (int n = 0; n < 5; ++n) seen.insert(sampler->ask(n, history, random).activation);
    EXPECT_EQ(seen, (std::set<std::string>{"tanh", "sigmoid", "gelu", "silu", "erf(x)"})) << name;
    EXPECT_TRUE(seen.contains(sampler->ask(5, history, random).activation));
  }
}

TEST(SamplerConfig, LibrariesAreReadWithPlaces) {
  const fake::Folder folder;
  const auto load = [&](const std::string& text) {
    std::ofstream(folder / "library.yaml") << text;
    return load_library(folder / "library.yaml");
  };
  EXPECT_GT(load_library(ANTIGRAD_SOURCE_DIR "/experiments/known_activations.yaml").size(), 50u);
  EXPECT_EQ(load("- relu\n- \"tanh(x) | 1 | 0.5\"\n").size(), 2u);
  const std::pair<const char*, const char*> table[] = {
      {"- relu\n- tanhh(x)\n", "library.yaml:2:3: "},
      {"- relu\n- \"0 | 0 | 2\"\n", "library.yaml:2:3: is \"relu\" up to what a network absorbs"},
      {"[]\n", "library.yaml:1:1: expected a list of activations, got none"},
      {"- swiglu\n", "library.yaml:1:3: "},
  };
  for (const auto& [text, expected] : table) {
    try {
      load(text);
      ADD_FAILURE() << "accepted " << text;
    } catch (const space::Error& e) {
      EXPECT_NE(std::string(e.what()).find(expected), std::string::npos) << e.what();
    }
  }
}

TEST(SamplerConfig, KeysAreAllowedWhereTheyMeanSomething) {
  const auto read = [](const std::string& text) {
    return read_sampler(space::Yaml::parse(text, "study.yaml"), "study.yaml");
  };
  EXPECT_EQ(read("{name: cma_es, structures: random, refined: 2}").refined, 2);
  EXPECT_EQ(read("{name: surrogate, pool: 20}").pool, 20);
  const std::pair<const char*, const char*> table[] = {
      {"{name: tpee}", "expected evolution or random or nsga2 or tpe"},
      {"{name: evolution, pool: 3}", "pool"},
      {"{name: grid}", "a grid is of a finite library; name its file with `library:`"},
      {"{name: tpe, structures: grid}", "expected evolution or random, got \"grid\""},
      {"{name: tpe, library: x.yaml}", "tpe makes gradients of its own"},
      {"{name: evolution, population: 3, tournament: 4}", "at most the population"},
  };
  for (const auto& [text, expected] : table) {
    try {
      read(text);
      ADD_FAILURE() << "accepted " << text;
    } catch (const space::Error& e) {
      EXPECT_NE(std::string(e.what()).find(expected), std::string::npos) << e.what();
    }
  }
}

}  // namespace
}  // namespace antigrad::search
