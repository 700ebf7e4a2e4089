// Objectives of formulas, fronts, and a study with several objectives from end to end.
#include "search/evidence/objective.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "../fake.hpp"
#include "search/summary.hpp"

namespace antigrad::search {
namespace {

TEST(Objective, WhatFormulasSay) {
  EXPECT_NEAR(zero_share("relu"), 0.5, 1e-3);
  EXPECT_LT(zero_share("gelu"), 1e-9);
  EXPECT_EQ(smoothness("relu"), 0);
  EXPECT_EQ(smoothness("relu2"), 1);
  EXPECT_GE(smoothness("silu"), 3);
  EXPECT_LT(modelled_cost("relu"), modelled_cost("silu"));
  EXPECT_LT(modelled_cost("silu"), modelled_cost("mish"));
}

Trial complete(int number, std::vector<double> values) {
  Trial trial;
  trial.number = number;
  trial.state = TrialState::complete;
  trial.scores = {values[0]};
  trial.objectives = std::move(values);
  return trial;
}

TEST(Objective, TheFrontHoldsWhatNobodyBeatsInEverything) {
  StudyConfig config;
  config.objectives = {"quality", "sparsity"};  // down, up
  std::vector<Trial> trials{complete(0, {1, 0.5}), complete(1, {2, 0.9}), complete(2, {3, 0.9}),
                            complete(3, {0, 0.1}), complete(4, {1, 0.4}), complete(5, {1, 0.5}),
                            complete(6, {-1, 1.0})};
  trials[6].state = TrialState::pruned;
  std::vector<int> numbers;
  for (const Trial* trial : pareto_front(config, trials)) numbers.push_back(trial->number);
  EXPECT_EQ(numbers, (std::vector<int>{3, 0, 5, 1}));
}

TEST(Objective, AStudyWithSeveralKeepsAllValuesAndItsDirections) {
  const fake::Folder folder;
  const StudyConfig config = parse_study(
      fake::study_text(12, "objectives: [quality, cost, sparsity, parameters, smoothness]\n"),
      "toy.yaml");
  std::string journals[2];
  for (int workers : {1, 2}) {
    SearchOptions options;
    options.config = config;
    options.journal = folder / (std::to_string(workers) + ".log");
    Pool pool(workers, fake::factory());
    EXPECT_TRUE(run_search(options, pool).complete);
    journals[workers - 1] = fake::canonical(options.journal);
  }
  EXPECT_EQ(journals[0], journals[1]);
  const Replay now = replay(read_journal(folder / "1.log"));
  EXPECT_EQ(now.find("toy")->directions, (std::vector<int>{1, 1, 2, 1, 2}));
  EXPECT_EQ(now.find("toy/confirm")->directions, std::vector<int>{1});
  const Summary s = summarise(config, folder / "1.log");
  for (const Trial& trial : s.trials) {
    if (trial.state == TrialState::fail) continue;
    ASSERT_EQ(trial.objectives.size(), 5u) << trial.number;
    EXPECT_EQ(trial.objectives[0], trial.score());
    EXPECT_EQ(trial.objectives[1], modelled_cost(trial.candidate.activation));
  }
  EXPECT_GT(pareto_front(config, s.trials).size(), 1u);
}

TEST(Objective, ErrorsNameThePlace) {
  const auto error_of = [](const std::string& line) {
    try {
      parse_study(fake::study_text(2, line), "toy.yaml");
    } catch (const space::Error& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  EXPECT_NE(error_of("objectives: [quality, csot]\n").find("toy.yaml:17:23: unknown objective"),
            std::string::npos)
      << error_of("objectives: [quality, csot]\n");
  EXPECT_NE(error_of("objectives: [cost]\n").find("quality as the first"), std::string::npos);
  EXPECT_NE(error_of("objectives: [quality, quality]\n").find("twice"), std::string::npos);
  EXPECT_NE(error_of("pruner: medain\n").find("did you mean \"median\"?"), std::string::npos);
  EXPECT_NE(error_of("pruner: {name: median, p: 1}\n").find("toy.yaml:17:24: unknown key"),
            std::string::npos)
      << error_of("pruner: {name: median, p: 1}\n");
  EXPECT_NE(error_of("estimator: trainnig\n").find("did you mean \"training\"?"),
            std::string::npos);
  EXPECT_NE(error_of("estimator: {image: training}\n").find("did you mean \"images\"?"),
            std::string::npos);
}

TEST(Objective, WithoutShiftsThereIsNoOutOfDistribution) {
  const fake::Folder folder;
  SearchOptions options;
  options.config =
      parse_study(fake::study_text(2, "objectives: [quality, out_of_distribution]\n"), "toy.yaml");
  options.journal = folder / "j.log";
  Pool pool(1, fake::factory());
  EXPECT_THROW(run_search(options, pool), space::Error);
}

}  // namespace
}  // namespace antigrad::search
