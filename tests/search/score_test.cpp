// Scores, halving, samplers and the confirmation table.
#include "search/score.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fake.hpp"
#include "search/confirm.hpp"
#include "search/statistics.hpp"

namespace antigrad::search {
namespace {

// A trial whose loss on each task is `loss` + 0.01 * seed index at the full steps.
Trial trial_with(const StudyConfig& config, int number, bool baseline, double images, double words,
                 const Stage& stage) {
  Trial trial;
  trial.number = trial.search_trial = number;
  trial.candidate.baseline = baseline;
  trial.state = TrialState::complete;
  for (const Task& task : config.tasks) {
    for (const int seed : stage.seeds) {
      const double loss = (task.name == "images" ? images : words) + 0.01 * seed;
      Run run{task.name, seed, config.training_seed(seed), {}, {{steps_at(task, stage), loss}}};
      run.measurement.curve = {{task.steps, loss, loss, 0.5, loss}};
      trial.runs.push_back(std::move(run));
    }
  }
  return trial;
}

TEST(Score, IsTheDistanceFromTheMedianBaselineInUnitsOfTheirSpread) {
  const StudyConfig config = fake::study();
  const Stage stage{1, {0, 1}};
  const std::vector<Trial> all = {
      trial_with(config, 0, true, 1, 10, stage), trial_with(config, 1, true, 2, 20, stage),
      trial_with(config, 2, true, 6, 60, stage), trial_with(config, 3, false, 0.5, 30, stage)};
  const std::vector<const Trial*> baselines = {&all[0], &all[1], &all[2]};
  const Unit unit = unit_of(baselines, config.tasks[0], stage);
  EXPECT_NEAR(unit.location, 2.005, 1e-12);
  EXPECT_NEAR(unit.scale, 5.0 / 3, 1e-12);
  EXPECT_NEAR(score(config, baselines, all[1], stage), 0, 1e-12);
  EXPECT_NEAR(score(config, baselines, all[3], stage), (-1.5 + 1) / (5.0 / 3) / 2, 1e-12);
}

TEST(Score, UnitHasAFloorAndLeavesFailedBaselinesOut) {
  const StudyConfig config = fake::study();
  const Stage stage{1, {0}};
  const Trial one = trial_with(config, 0, true, 2, 2, stage);
  Trial failed;
  failed.reason = "it diverged";
  const Unit unit = unit_of(std::vector<const Trial*>{&failed, &one}, config.tasks[0], stage);
  EXPECT_EQ(unit.location, 2);
  EXPECT_EQ(unit.scale, 0.002);
  EXPECT_THROW(unit_of(std::vector<const Trial*>{&failed}, config.tasks[0], stage), space::Error);
  EXPECT_TRUE(std::isnan(stage_loss(failed, config.tasks[0], stage)));
}

TEST(Score, BestThirdGoesOn) {
  struct Case {
    double own;
    std::vector<double> others;
    bool goes_on;
  };
  const Case cases[] = {{9, {}, true},
                        {9, {1, 2}, true},     // fewer than the reduction
                        {0, {1, 2, 3}, true},  // best 2 of 4
                        {1.5, {1, 2, 3}, true},
                        {2.5, {1, 2, 3}, false},
                        {2.5, {1, 2, 3, 4, 5}, false},    // best 2 of 6
                        {2.5, {1, 2, 3, 4, 5, 6}, true},  // best 3 of 7
                        {1, {1, 1, 1, 1}, true}};         // ties
  for (const Case& c : cases) EXPECT_EQ(goes_on(c.own, c.others, 3), c.goes_on) << c.own;
}

TEST(Score, RungsContinueRunsAndCountTheirSteps) {
  const StudyConfig config = fake::study();
  fake::Evaluator evaluator;
  Trial trial;
  trial.candidate.activation = "relu";
  for (const Stage& stage : search_stages(config))
    ASSERT_TRUE(measure(config, stage, evaluator, trial));
  EXPECT_EQ(trial.runs.size(), 4u);
  EXPECT_EQ(trial.steps, 2 * (40 + 60));
  EXPECT_EQ(trial.run("images", 0)->losses.size(), 2u);
  EXPECT_EQ(trial.run("images", 1)->losses.size(), 1u);
}

TEST(Score, OkWithoutAFiniteLossIsDiverged) {
  class Liar : public fake::Evaluator {
    trainer::Measurement evaluate(const trainer::Evaluation& e) override {
      trainer::Measurement m;
      m.curve = {{e.steps, 0, NAN, 0, 0}};
      return m;
    }
  };
  Liar evaluator;
  Trial trial;
  EXPECT_FALSE(measure(fake::study(), {1, {0}}, evaluator, trial));
  EXPECT_EQ(trial.outcome, trainer::Outcome::diverged);
  EXPECT_EQ(trial.state, TrialState::fail);
}

TEST(Confirm, VerdictsFollowPairedDifferences) {
  const StudyConfig config = fake::study();
  const Stage stage = confirm_stage(config);
  EXPECT_EQ(stage.seeds, (std::vector<int>{2, 3, 4}));
  std::vector<Trial> trials = {trial_with(config, 0, true, 1.0, 1.0, stage),
                               trial_with(config, 1, true, 1.2, 0.9, stage),
                               trial_with(config, 2, false, 0.8, 0.95, stage),
                               trial_with(config, 3, false, 1.5, 0.95, stage),
                               trial_with(config, 4, false, 1.0, 1.0, stage)};
  // Not quite constant differences; a tie for the last.
  for (std::size_t t = 2; t < 5; ++t) {
    for (std::size_t r = 0; r < trials[t].runs.size(); ++r) {
      const double wobble = (t == 4 ? 0.05 : 0.001) * (static_cast<double>(r % 3) - 1);
      trials[t].runs[r].losses.begin()->second += wobble;
    }
  }
  const ConfirmTable table = confirm_table(config, trials);
  EXPECT_TRUE(table.complete);
  ASSERT_EQ(table.rows.size(), 5u);
  std::map<int, const ConfirmRow*> rows;
  for (const ConfirmRow& row : table.rows) rows[row.number] = &row;
  const auto best = static_cast<std::size_t>(table.best_baseline[0]);
  EXPECT_EQ(table.rows[best].number, 0);
  EXPECT_EQ(rows[0]->tasks[0].difference, 0);
  EXPECT_EQ(rows[0]->tasks[0].verdict, Verdict::none);
  EXPECT_EQ(rows[2]->tasks[0].verdict, Verdict::better);
  EXPECT_NEAR(rows[2]->tasks[0].difference, -0.2, 1e-12);
  EXPECT_EQ(rows[3]->tasks[0].verdict, Verdict::worse);
  EXPECT_EQ(rows[4]->tasks[0].verdict, Verdict::tie);
  EXPECT_EQ(rows[2]->tasks[1].verdict, Verdict::worse);
  EXPECT_NEAR(rows[2]->tasks[0].mean, 0.83, 1e-12);
  EXPECT_NEAR(rows[2]->tasks[0].half_width, 4.302652729749462 * 0.011 / std::sqrt(3), 1e-9);
  EXPECT_GE(rows[2]->tasks[0].p_holm, rows[2]->tasks[0].p);
  EXPECT_EQ(table.rows[0].number, 2) << "best overall first";
}

TEST(Confirm, WhatIsWorseOnATaskIsNoBetterAltogether) {
  const StudyConfig config = fake::study();
  const Stage stage = confirm_stage(config);
  for (const bool pays : {false, true}) {
    std::vector<Trial> trials = {trial_with(config, 0, true, 1.0, 1.0, stage),
                                 trial_with(config, 1, true, 1.2, 1.2, stage),
                                 trial_with(config, 2, false, 0.2, pays ? 1.1 : 0.9, stage)};
    for (std::size_t r = 0; r < trials[2].runs.size(); ++r)
      trials[2].runs[r].losses.begin()->second += 0.001 * static_cast<double>(r % 3);
    const ConfirmTable table = confirm_table(config, trials);
    ASSERT_EQ(table.rows[0].number, 2);
    EXPECT_LT(table.rows[0].overall.difference, 0);
    EXPECT_EQ(table.rows[0].tasks[1].verdict, pays ? Verdict::worse : Verdict::better);
    EXPECT_EQ(table.rows[0].overall.verdict, pays ? Verdict::mixed : Verdict::better);
  }
}

TEST(Confirm, FailedRowIsLastAndHasNoMean) {
  const StudyConfig config = fake::study();
  const Stage stage = confirm_stage(config);
  std::vector<Trial> trials = {trial_with(config, 0, true, 1.0, 1.0, stage), Trial{},
                               trial_with(config, 2, false, 3.0, 3.0, stage)};
  trials[1].number = 1;
  trials[1].state = TrialState::fail;
  trials[1].outcome = trainer::Outcome::diverged;
  const ConfirmTable table = confirm_table(config, trials);
  EXPECT_EQ(table.rows.back().number, 1);
  EXPECT_TRUE(std::isnan(table.rows.back().overall.mean));
  EXPECT_EQ(table.rows.back().outcome, trainer::Outcome::diverged);
}

TEST(Confirm, OneSeedIsNeverEvidence) {
  StudyConfig config = fake::study();
  config.confirm.seeds = 1;
  const Stage stage = confirm_stage(config);
  const ConfirmTable table = confirm_table(config, {trial_with(config, 0, true, 1, 1, stage),
                                                    trial_with(config, 1, false, 0, 0, stage)});
  EXPECT_EQ(table.rows[0].overall.verdict, Verdict::tie);
  EXPECT_TRUE(std::isinf(table.rows[0].overall.half_width));
}

}  // namespace
}  // namespace antigrad::search
