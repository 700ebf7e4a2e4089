// Kinds of candidates, and the sampler that keeps all of them alive.
#include "search/samplers/atlas.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "search/candidate.hpp"
#include "search/samplers/sampler.hpp"
#include "search/summary.hpp"
#include "space/generate.hpp"
#include "space/yaml.hpp"
#include "tests/search/fake.hpp"

namespace antigrad::search {
namespace {

TEST(Atlas, TraitsAreWhatIsProved) {
  const struct {
    const char* text;
    int smoothness;
    double sparsity;
  } table[] = {
      {"0 | 0 | 1", 0, 0.5},       // ReLU
      {"0 | 0 | 2*x", 1, 0.5002},  // ReLU^2: |2 x| < 1e-3 on a little more
      {"tanh(x)", 3, 0.0008},      // |tanh| < 1e-3
      {"0 | -1 | 1 | 1 | 0", 0, 0.3173},
      {"exp(x) | 0 | 1", 1, 0},
  };
  for (const auto& row : table) {
    const Traits t = traits_of(space::parse_gradient(row.text));
    EXPECT_EQ(t.smoothness, row.smoothness) << row.text;
    EXPECT_NEAR(t.sparsity, row.sparsity, 2e-4) << row.text;
    EXPECT_GE(t.cost, 0) << row.text;
  }
}

TEST(Atlas, CellsHaveBordersWhereTheySay) {
  EXPECT_EQ(cell_of({0, 0.5, 1}, 5), (Cell{0, 2, 0}));
  EXPECT_EQ(cell_of({3, 1, 7.9}, 5), (Cell{3, 4, 0}));
  EXPECT_EQ(cell_of({3, 0, 8}, 5), (Cell{3, 0, 1}));
  EXPECT_EQ(cell_of({3, 0, 1e9}, 5), (Cell{3, 0, 4}));
  EXPECT_EQ(to_string(Cell{0, 2, 0}, 5), "kinked, sparsity 0.4 to 0.6, cost below 8");
  EXPECT_EQ(to_string(Cell{3, 0, 4}, 5), "smooth, sparsity 0 to 0.2, cost 64 and more");
  EXPECT_EQ(to_string(Cell{1, 0, 1}, 5), "smooth once, sparsity 0 to 0.2, cost 8 to 16");
}

Trial measured(int number, const std::string& text, double score) {
  Trial trial;
  trial.number = number;
  trial.candidate = describe_activation(text);
  trial.state = TrialState::complete;
  trial.scores = {score};
  return trial;
}

TEST(Atlas, KeepsTheBestOfEveryCell) {
  std::deque<Trial> all = {measured(0, "0 | 0 | 1", 1), measured(1, "0 | 0.1 | 1", 0.5),
                           measured(2, "tanh(x)", 3), measured(3, "f: x*sigmoid(x)", -9)};
  all.push_back(measured(4, "erf(x) + tanh(x)", -1));
  all.back().state = TrialState::fail;
  std::vector<const Trial*> trials;
  for (const Trial& trial : all) trials.push_back(&trial);
  std::map<std::string, Traits> traits;
  const auto atlas = atlas_of(trials, 5, traits);
  ASSERT_EQ(atlas.size(), 2u);
  EXPECT_EQ(atlas[0].best->number, 1);
  EXPECT_EQ(atlas[0].trials, 2);
  EXPECT_EQ(atlas[1].best->number, 2);
}

TEST(Atlas, StandsInTheHallOfFameOfAStudyThatMakesOne) {
  const fake::Folder folder;
  std::string text =
      fake::study_text(15, "space: {primitives: [tanh, relu, step], max_depth: 1}\n");
  const std::string old = "name: random";
  text.replace(text.find(old), old.size(), "name: map_elites, random_trials: 6, bins: 4");
  SearchOptions options;
  options.config = parse_study(text, "toy.yaml");
  options.journal = folder / "j.log";
  Pool pool(1, fake::factory());
  ASSERT_TRUE(run_search(options, pool).complete);
  const Summary summary = summarise(options.config, options.journal);
  write_hall_of_fame(summary, folder / "hall.yaml");
  const space::Yaml atlas = space::Yaml::load_file(folder / "hall.yaml").at("atlas");
  int trials = 0;
  std::set<std::string> cells;
  for (const space::Yaml& entry : atlas.items()) {
    cells.insert(entry.at("cell").text());
    trials += static_cast<int>(entry.at("trials").integer());
    const Trial& best = summary.trials.at(static_cast<std::size_t>(entry.at("trial").integer()));
    EXPECT_EQ(entry.at("gradient").text(), best.candidate.activation);
    EXPECT_EQ(entry.at("score").number(), best.score());
  }
  EXPECT_EQ(cells.size(), atlas.items().size());
  EXPECT_GT(cells.size(), 2u);
  EXPECT_GT(trials, 10);
}

// Cells filled after as many trials of a landscape that favours one kind.
std::size_t cells_after(Sampler& sampler, int trials, std::uint64_t seed) {
  std::deque<Trial> all;
  std::vector<const Trial*> history;
  for (int n = 0; n < trials; ++n) {
    space::Random random(space::child_seed(seed, static_cast<std::uint64_t>(n)));
    const std::string text = sampler.ask(n, history, random).activation;
    const Traits traits = traits_of(space::parse_gradient(text));
    all.push_back(measured(n, text, traits.cost + 0.1 * random.uniform()));
    history.push_back(&all.back());
  }
  std::map<std::string, Traits> traits;
  return atlas_of(history, 5, traits).size();
}

TEST(MapElites, FillsMoreCellsThanEvolution) {
  space::Grammar grammar;
  grammar.primitives = {"tanh", "sigmoid", "relu", "step", "gaussian"};
  grammar.product_chance = grammar.composition_chance = 0;
  SamplerConfig config;
  config.random_trials = 10;
  std::size_t ours = 0, evolved = 0;
  for (std::uint64_t seed = 0; seed < 2; ++seed) {
    ours += cells_after(*map_elites_sampler(config, grammar), 60, seed);
    evolved += cells_after(*evolution_sampler(config, grammar), 60, seed);
  }
  EXPECT_GT(ours, evolved);
}

}  // namespace
}  // namespace antigrad::search
