// Objectives of formulas, fronts, and a study with several objectives from end to end.
#include "search/evidence/objective.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "../fake.hpp"
#include "search/measured_cost.hpp"
#include "search/report/report.hpp"
#include "search/statistics.hpp"
#include "search/summary.hpp"
#include "space/random.hpp"

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

// By hand: the box is quality 0..3 by sparsity 0.9..0.1; of it (0, 1) and (1/3, 1/2) and (2/3, 0)
// dominate 1/3 * 1/2 and 1/3 * 1. Beyond, against cells of a grid.
TEST(Objective, TheFrontDominatesAShareOfTheBox) {
  StudyConfig config;
  config.objectives = {"quality", "sparsity"};
  std::vector<Trial> trials{complete(0, {1, 0.5}), complete(1, {2, 0.9}), complete(2, {3, 0.9}),
                            complete(3, {0, 0.1})};
  EXPECT_NEAR(dominated_share(config, trials), 1.0 / 6 + 1.0 / 3, 1e-12);
  trials.push_back(complete(4, {-9, 1}));
  trials[4].state = TrialState::pruned;
  EXPECT_NEAR(dominated_share(config, trials), 0.5, 1e-12);
  EXPECT_TRUE(std::isnan(dominated_share(config, std::span(trials).first(1))));

  config.objectives = {"quality", "sparsity", "cost"};
  space::Random random(3);
  constexpr int kGrid = 8;
  trials.clear();
  for (int i = 0; i < 12; ++i)
    trials.push_back(complete(i, {1.0 * random.below(kGrid + 1), 1.0 * random.below(kGrid + 1),
                                  1.0 * random.below(kGrid + 1)}));
  trials.push_back(complete(12, {0, 0, kGrid}));  // corners of the box
  trials.push_back(complete(13, {kGrid, kGrid, 0}));
  int inside = 0;
  for (int x = 0; x < kGrid; ++x)
    for (int y = 0; y < kGrid; ++y)
      for (int z = 0; z < kGrid; ++z)
        inside += std::ranges::any_of(trials, [&](const Trial& t) {
          return t.objectives[0] <= x && t.objectives[1] >= y + 1 && t.objectives[2] <= z;
        });
  EXPECT_NEAR(dominated_share(config, trials), inside / std::pow(kGrid, 3), 1e-12);
}

void run_real(const StudyConfig& config, const std::string& journal) {
  SearchOptions options;
  options.config = config;
  options.journal = journal;
  Pool pool(1, fake::factory());
  run_search(options, pool);
}

TEST(Objective, TheReportShowsTheFrontAndItsHypervolume) {
  const fake::Folder folder;
  const StudyConfig config =
      parse_study(fake::study_text(8, "objectives: [quality, cost]\n"), "toy.yaml");
  run_real(config, folder / "j.log");
  const Summary s = summarise(config, folder / "j.log");
  const std::string html = report_sections(s, {});
  EXPECT_NE(html.find("id=\"front\""), std::string::npos);
  EXPECT_NE(html.find(fmt::format("they dominate {:.4f} of", dominated_share(config, s.trials))),
            std::string::npos);
  const StudyConfig one = parse_study(fake::study_text(8), "toy.yaml");
  run_real(one, folder / "one.log");
  EXPECT_EQ(report_sections(summarise(one, folder / "one.log"), {}).find("id=\"front\""),
            std::string::npos);
}

// NSGA-II of a study sees all of its objectives: parents are cheaper than those of quality alone.
TEST(Objective, Nsga2OfAStudyTakesThemAll) {
  const fake::Folder folder;
  const auto mean_cost = [&](const char* line, const char* name) {
    std::string text = fake::study_text(60, line);
    const auto at = text.find("name: random");
    text.replace(at, 12, "name: nsga2");
    const StudyConfig config = parse_study(text, "toy.yaml");
    run_real(config, folder / name);
    std::vector<double> costs;
    for (const Trial& trial : summarise(config, folder / name).trials)
      if (trial.number > 40) costs.push_back(modelled_cost(trial.candidate.activation));
    return mean(costs);
  };
  EXPECT_LT(mean_cost("objectives: [quality, cost]\n", "two.log"), 0.9 * mean_cost("", "one.log"));
}

TEST(Objective, AStudyWithSeveralKeepsAllValuesAndItsDirections) {
  const fake::Folder folder;
  const StudyConfig config = parse_study(
      fake::study_text(12, "objectives: [quality, cost, sparsity, parameters, smoothness]\n"),
      "toy.yaml");
  fake::expect_equal_with_more_workers(config, folder);
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
  const std::string clock = error_of("objectives: [quality, measured_cost]\n");
  EXPECT_EQ(clock.find("toy.yaml:17:23: got the objective measured_cost"), 0u) << clock;
  EXPECT_NE(clock.find("write cost, which is modelled, or `deterministic: false`"),
            std::string::npos)
      << clock;
  EXPECT_NE(error_of("pruner: medain\n").find("did you mean \"median\"?"), std::string::npos);
  EXPECT_NE(error_of("pruner: {name: median, p: 1}\n").find("toy.yaml:17:24: unknown key"),
            std::string::npos)
      << error_of("pruner: {name: median, p: 1}\n");
  EXPECT_NE(error_of("estimator: trainnig\n").find("did you mean \"training\"?"),
            std::string::npos);
  EXPECT_NE(error_of("estimator: {image: training}\n").find("did you mean \"images\"?"),
            std::string::npos);
}

// By hand: of each task that has shifts the mean loss over shifts and seeds, from the baselines'
// median in units of their mean distance to it; then the mean over those tasks.
TEST(Objective, OutOfDistributionIsAScoreOverShifts) {
  StudyConfig config =
      parse_study(fake::study_text(2, "objectives: [quality, out_of_distribution]\n"), "toy.yaml");
  const Stage stage{1, {0, 1}};
  const auto shifted = [&](int number, double images, double words) {
    Trial trial = complete(number, {0, 0});
    for (const Task& task : config.tasks)
      for (const int seed : stage.seeds) {
        search::Run run{task.name, seed, 0, {}, {}};
        const double loss = task.name == "images" ? images : words;
        // Two shifts and two seeds about the mean; the accuracy is not looked at.
        if (std::isfinite(loss))
          run.measurement.shifts = {{"noise 1", loss - 0.5 + seed, 0.1},
                                    {"noise 5", loss - 0.5 + seed, 0.9}};
        trial.runs.push_back(run);
      }
    return trial;
  };
  const std::vector<Trial> all{shifted(0, 1, 10), shifted(1, 2, 20), shifted(2, 6, 60),
                               shifted(3, 4.5, 15)};
  const std::vector<const Trial*> baselines{&all[0], &all[1], &all[2]};
  const auto value = [&](const Trial& trial) {
    return objective_values(config, baselines, trial, stage).at(1);
  };
  EXPECT_NEAR(value(all[1]), 0, 1e-12);
  EXPECT_NEAR(value(all[3]), (2.5 / (5. / 3) - 5 / (50. / 3)) / 2, 1e-12);
  const std::vector<Trial> images{shifted(0, 1, NAN), shifted(1, 2, NAN), shifted(2, 6, NAN)};
  const std::vector<const Trial*> alone{&images[0], &images[1], &images[2]};
  EXPECT_NEAR(objective_values(config, alone, shifted(3, 4.5, NAN), stage).at(1), 1.5, 1e-12);
}

/// Another answer each time, as a clock gives: 1, 2, ... of a first session, 1001, ... of a second.
struct Clock {
  double last = 0;
  std::set<std::string> asked{};
  bool twice = false;
  MeasureCost measure() {
    return [this](const std::string& activation) {
      twice = twice || !asked.insert(activation).second;
      return ++last;
    };
  }
};

std::map<int, double> measured_costs(const StudyConfig& config, const std::string& journal) {
  std::map<int, double> costs;
  for (const Trial& trial : summarise(config, journal).trials)
    if (trial.finished() && trial.state != TrialState::fail)
      costs[trial.number] = trial.objectives.at(1);
  return costs;
}

/// A study of quality and another objective, in order unless a clock measures that.
SearchOptions with_two(const fake::Folder& folder, int trials, const std::string& other) {
  std::string text = fake::study_text(trials, "objectives: [quality, " + other + "]\n");
  if (other == "measured_cost")
    text.replace(text.find("deterministic: true"), 19, "deterministic: false");
  SearchOptions options;
  options.config = parse_study(text, "toy.yaml");
  options.journal = folder / "j.log";
  return options;
}

TEST(Objective, KernelsAreMeasuredOnceATrialAndThenRead) {
  const fake::Folder folder;
  SearchOptions options = with_two(folder, 12, "measured_cost");
  Pool pool(2, fake::factory());
  Clock first;
  EXPECT_TRUE(run_search(options, pool, first.measure()).complete);
  const std::map<int, double> costs = measured_costs(options.config, options.journal);
  ASSERT_GT(costs.size(), 8u);
  std::set<double> different;
  for (const auto& [number, cost] : costs) different.insert(cost);
  EXPECT_EQ(different.size(), costs.size());
  EXPECT_EQ(first.last, static_cast<double>(costs.size()));
  EXPECT_FALSE(first.twice) << "a trial of three rungs was measured again";

  const std::vector<Json> records = read_journal(options.journal);
  std::ofstream cut(folder / "cut.log");
  std::size_t kept = 0;
  for (const Json& record : records)
    if (++kept < 26) cut << to_text(record) << '\n';
  cut.close();
  const std::map<int, double> before = measured_costs(options.config, folder / "cut.log");
  ASSERT_GT(before.size(), 3u);
  ASSERT_LT(before.size(), costs.size());
  options.journal = folder / "cut.log";
  Clock second{.last = 1000};
  EXPECT_TRUE(run_search(options, pool, second.measure()).complete);
  const std::map<int, double> after = measured_costs(options.config, options.journal);
  for (const auto& [number, cost] : after)
    EXPECT_EQ(cost > 1000, !before.contains(number)) << number;
  for (const auto& [number, cost] : before) EXPECT_EQ(after.at(number), cost);
  EXPECT_EQ(second.last, 1000 + static_cast<double>(after.size() - before.size()));
}

TEST(Objective, WithoutAClockThereIsNoMeasuredCost) {
  const fake::Folder folder;
  const SearchOptions options = with_two(folder, 2, "measured_cost");
  Pool pool(1, fake::factory());
  EXPECT_THROW(run_search(options, pool), space::Error);
}

TEST(Objective, WithoutShiftsThereIsNoOutOfDistribution) {
  const fake::Folder folder;
  const SearchOptions options = with_two(folder, 2, "out_of_distribution");
  Pool pool(1, fake::factory());
  EXPECT_THROW(run_search(options, pool), space::Error);
}

}  // namespace
}  // namespace antigrad::search
