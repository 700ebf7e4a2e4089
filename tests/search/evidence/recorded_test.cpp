// Recorded trainings given back, and what strategies cost on them.
#include "search/evidence/recorded.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "../fake.hpp"
#include "search/candidate.hpp"
#include "search/evidence/strategy.hpp"
#include "search/statistics.hpp"

namespace antigrad::search {
namespace {

const std::string kHead =
    "name,gradient,negative,negative_amplitude,positive,positive_amplitude,seed,outcome,step,"
    "training_loss,validation_loss,validation_accuracy,current_loss\n";

// Two pieces a*tanh'(x) | 0 | b, best at the fourth of seven times the second of four; two seeds,
// four points.
std::string table_text() {
  std::string text = kHead;
  const auto rows = [&](const std::string& name, const std::string& gradient,
                        const std::string& choices, double worth) {
    for (const int seed : {1000, 1001})
      for (int step = 50; step <= 200; step += 50) {
        const double noise = 0.02 * fake::unit(fake::hash(fmt::format("{}{}", name, seed)));
        const double loss = worth + noise + 20.0 / step;
        text += fmt::format("{},\"{}\",{},{},ok,{},{},{},0.5,{}\n", name, gradient, choices, seed,
                            step, loss + 0.1, loss, loss + 0.2);
      }
  };
  rows("relu", "0 | 0 | 1", ",,,", 1.2);
  rows("gelu", describe_baseline("gelu", describe_activation).activation, ",,,", 1.1);
  for (int a = 0; a < 7; ++a)
    for (int b = 0; b < 4; ++b)
      rows(fmt::format("t{}{}", a, b),
           fmt::format("{}*sech2(x) | 0 | {} + 0.1*tanh(x)", 0.1 * (a + 1), 1 + 0.3 * b),
           fmt::format("sech2,{},tanh,{}", a, b),
           1 + 0.1 * std::abs(a - 3) + 0.15 * std::abs(b - 1));
  return text;
}

TEST(Recorded, TablesAreReadAndGivenBack) {
  const RecordedTable table = read_recorded(table_text(), "t.csv");
  EXPECT_EQ(table.steps, 200);
  EXPECT_EQ(table.rows.size(), 30u);
  EXPECT_EQ(table.texts().size(), 28u);
  const auto evaluator = recorded_evaluator(table);
  const std::string text = table.rows[5].text;
  const auto& runs = table.rows[5].runs;
  const trainer::Measurement half = evaluator->evaluate({text, "recorded", 2000, 100});
  ASSERT_EQ(half.curve.size(), 2u);
  EXPECT_EQ(half.curve[1].validation_loss, runs.at(1000)[1].validation_loss);
  EXPECT_EQ(half.curve[1].training_loss, runs.at(1000)[1].training_loss);
  // Another study meets the seeds in another order; its second seed is the other one.
  EXPECT_EQ(evaluator->evaluate({text, "recorded", 3000, 200}).curve[3].validation_loss,
            runs.at(1001)[3].validation_loss);
  EXPECT_EQ(evaluator->evaluate({text, "recorded", 3001, 200}).curve[3].validation_loss,
            runs.at(1000)[3].validation_loss);
  EXPECT_THROW(evaluator->evaluate({text, "recorded", 3002, 200}), space::Error);
  EXPECT_THROW(evaluator->evaluate({text, "recorded", 3000, 120}), space::Error);
  EXPECT_THROW(evaluator->evaluate({"tanh(9*x)", "recorded", 3000, 100}), space::Error);
}

TEST(Recorded, WhatDivergedIsGivenBackAsThat) {
  std::string text = table_text();
  const auto row = [&](const char* name, int seed, const char* outcome, int step, double loss) {
    text += fmt::format("{0},\"0 | 0 | {1}\",sech2,{1},tanh,9,{2},{3},{4},{5},{5},0.1,{5}\n", name,
                        name[1], seed, outcome, step, loss);
  };
  row("d8", 1000, "diverged", 1, INFINITY);  // and was not trained with the other seed
  for (int step = 50; step <= 200; step += 50) row("d9", 1000, "ok", step, 2);
  row("d9", 1001, "diverged", 50, 3);
  row("d9", 1001, "diverged", 70, INFINITY);
  const RecordedTable table = read_recorded(text, "t.csv");
  const auto evaluator = recorded_evaluator(table);
  const auto run = [&](const char* gradient, std::uint64_t seed, int steps) {
    return evaluator->evaluate({gradient, "recorded", seed, steps});
  };
  for (const std::uint64_t seed : {2000, 2001, 3000}) {
    const trainer::Measurement m = run("0 | 0 | 8", seed, 100);
    EXPECT_EQ(m.outcome, trainer::Outcome::diverged);
    EXPECT_EQ(m.steps, 1);
    EXPECT_TRUE(m.curve.empty());
  }
  EXPECT_EQ(run("0 | 0 | 9", 2000, 100).outcome, trainer::Outcome::ok);
  EXPECT_EQ(run("0 | 0 | 9", 2001, 50).outcome, trainer::Outcome::ok);
  const trainer::Measurement late = run("0 | 0 | 9", 2001, 100);
  EXPECT_EQ(late.outcome, trainer::Outcome::diverged);
  EXPECT_EQ(late.steps, 70);
  EXPECT_EQ(late.curve.size(), 1u);
  // Estimators are compared by whole runs.
  const CurveTable curves = curves_of(table);
  EXPECT_FALSE(curves.contains("0 | 0 | 8"));
  EXPECT_EQ(curves.at("0 | 0 | 9").size(), 1u);
  EXPECT_EQ(all_seeds(table).loss("d9"), INFINITY);
}

// What a study of one seed finds is judged by the other seed.
TEST(Recorded, AStudyIsJudgedByTheSeedThatItDoesNotSee) {
  const RecordedTable table = read_recorded(table_text(), "t.csv");
  const auto evaluator = recorded_evaluator(table);
  for (const std::uint64_t study : {1, 2}) {
    const Again again = held_out(table, study);
    for (const RecordedActivation& row : table.rows) {
      const auto end = [&](std::uint64_t index) {
        return evaluator->evaluate({row.text, "recorded", 1000 * study + index, 200})
            .curve.back()
            .validation_loss;
      };
      EXPECT_EQ(again.losses.at(row.name), std::vector<double>{end(1)}) << row.name;
      EXPECT_NE(end(0), end(1)) << row.name;
    }
  }
}

TEST(Recorded, WhatDoesNotReadIsNamed) {
  const auto error_of = [](const std::string& text) {
    try {
      read_recorded(text, "t.csv");
    } catch (const space::Error& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  const std::string row = "a,x,,,,,1000,ok,50,1,1,0.5,1\n";
  EXPECT_NE(error_of(kHead + row + "a,x\n").find("t.csv:3"), std::string::npos);
  EXPECT_NE(error_of(kHead + row + "a,x,,,,,1000,ok,many,1,1,0.5,1\n").find("\"many\""),
            std::string::npos);
  EXPECT_NE(error_of("name,seed\na,1\n").find("expected a column"), std::string::npos);
  EXPECT_NE(error_of(kHead + row + row).find("must grow"), std::string::npos);
  EXPECT_NE(error_of(kHead + row + "b,x,,,,,1000,ok,80,1,1,0.5,1\n").find("ends at step 50"),
            std::string::npos);
}

TEST(Recorded, EvolutionChangesOneChoiceOfAParent) {
  const RecordedTable table = read_recorded(table_text(), "t.csv");
  SamplerConfig config;
  config.random_trials = 0;
  config.population = config.tournament = 1;
  const auto sampler = recorded_evolution(table, config);
  Trial parent;
  parent.candidate.activation = table.rows[9].text;
  parent.scores = {0};
  parent.state = TrialState::complete;
  const std::vector<const Trial*> history{&parent};
  std::set<std::string> children;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    space::Random random(seed);
    const Proposal child = sampler->ask(1, history, random);
    ASSERT_NE(table.find(child.activation), nullptr);
    children.insert(child.activation);
    int changed = 0;
    for (std::size_t i = 0; i < 4; ++i)
      changed += table.find(child.activation)->choices[i] != table.rows[9].choices[i];
    EXPECT_LE(changed, 1);
  }
  EXPECT_GE(children.size(), 9u);  // six other amplitudes, three other slopes
}

Again again_of(const RecordedTable& table) {
  Again again;
  for (const RecordedActivation& row : table.rows)
    again.losses[row.name] = {row.runs.at(1000).back().validation_loss,
                              row.runs.at(1001).back().validation_loss};
  again.seconds_per_step = 0.1;
  return again;
}

TEST(Strategy, CountsStepsUntilTheNamedOneIsGood) {
  Again again;
  again.losses = {{"a", {1, 3}}, {"b", {1}}};
  const std::vector<Milestone> way{{100, ""}, {200, "c"}, {300, "b"}, {400, "a"}, {500, "b"}};
  const Reached r = reach(way, again, 1.5);
  EXPECT_TRUE(r.ever && r.stays);
  EXPECT_EQ(r.first, 300);
  EXPECT_EQ(r.trials, 3);
  const Reached never = reach(way, again, 0.5);
  EXPECT_FALSE(never.ever || never.stays);
  EXPECT_EQ(never.first, 500);
  const Reached until = reach(std::span(way).first(4), again, 1.5);
  EXPECT_FALSE(until.stays);
  const Reached all[] = {r, never, until};  // the last ended with something bad
  for (const auto& [steps, good] :
       {std::pair{299, 0}, {300, 2}, {399, 2}, {400, 0}, {499, 0}, {500, 1}, {9000, 1}})
    EXPECT_EQ(good_after(all, steps), good) << steps;
  EXPECT_EQ(read_again("name,seed,steps,loss,seconds\na,1,10,2,5\na,2,10,4,3\n", "a.csv").loss("a"),
            3);
  EXPECT_EQ(read_again("name,seed,steps,loss,seconds\na,1,10,2,5\na,2,10,4,3\n", "a.csv")
                .seconds_per_step,
            0.4);
}

TEST(Again, ReliabilityIsTheShareOfWhatActivationsDifferBy) {
  space::Random random(4);
  for (const auto& [spread, low, high] :
       {std::tuple(0.0, 0.0, 0.35), std::tuple(1.0, 0.6, 0.9), std::tuple(10.0, 0.98, 1.0)}) {
    Again again;  // three seeds of noise 1 and their own effects: spread^2 / (spread^2 + 1 / 3)
    for (int i = 0; i < 60; ++i) {
      const double own = spread * random.normal();
      for (int seed = 0; seed < 3; ++seed)
        again.losses[std::to_string(i)].push_back(own + 5 * seed + random.normal());
    }
    EXPECT_GE(again.reliability(), low) << spread;
    EXPECT_LE(again.reliability(), high) << spread;
  }
  EXPECT_EQ((Again{{{"a", {1}}, {"b", {2}}, {"c", {3}}}}.reliability()), 0);
  EXPECT_EQ((Again{{{"a", {1, 1}}, {"b", {2, 2}}, {"c", {3, 3}}}}.reliability()), 1);
}

TEST(Strategy, EveryOneFindsTheBestOfASmallTableAndHalvingIsCheaper) {
  const fake::Folder folder;
  const RecordedTable table = read_recorded(table_text(), "t.csv");
  const Again again = again_of(table);
  const Describe describe = describe_recorded(table);
  std::map<std::string, std::vector<double>> costs;
  for (const Strategy& strategy : strategies()) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const auto way = milestones_of(
          replay_study(strategy, table, study_of(strategy, table, seed), describe, folder.path()),
          table);
      const Reached r = reach(way, again, kth_best(table, again, 1));
      EXPECT_TRUE(r.ever || strategy.evolution) << strategy.name << " " << seed;
      costs[strategy.name].push_back(static_cast<double>(r.first));
      if (strategy.name == "random") {  // every trial costs a whole run
        EXPECT_EQ(way[0].steps, 3 * 200);
        EXPECT_EQ(way[1].steps, 4 * 200);
      }
    }
  }
  EXPECT_LT(median(costs["random, halving"]), median(costs["random"]));
  EXPECT_LT(median(costs["surrogate, halving"]), 0.7 * median(costs["random"]));
}

TEST(Strategy, TimeIsThatOfProposalsAndEnoughEndsAStudy) {
  const fake::Folder folder;
  const RecordedTable table = read_recorded(table_text(), "t.csv");
  const Strategy& random = strategies().front();
  Trainings trainings;
  trainings.enough = [](const ReplayedStudy& study) { return study.trials.size() == 5; };
  const ReplayedStudy study = replay_study(random, table, study_of(random, table, 3),
                                           describe_recorded(table), folder.path(), trainings);
  ASSERT_EQ(study.trials.size(), 5u);
  ASSERT_EQ(study.seconds.size(), 5u);
  EXPECT_TRUE(std::ranges::is_sorted(study.seconds));
  EXPECT_GT(study.seconds.front(), 0);
  const std::vector<Milestone> way = milestones_of(study, table);
  ASSERT_EQ(way.size(), 3u);
  EXPECT_EQ(way.back().seconds, study.seconds.back());
  Again again;
  again.losses[way[1].best] = {1};
  const Reached r = reach(std::span(way).subspan(1), again, 1);
  EXPECT_EQ(r.seconds, way[1].seconds);
  EXPECT_EQ(all_seeds(table).losses.at("t00").size(), 2u);
}

TEST(Strategy, IntervalsOfMediansHoldThem) {
  std::vector<double> values;
  for (int i = 20; i > 0; --i) values.push_back(i);
  const MedianInterval m = median_interval(values);  // P(B(20, 1/2) <= 5) = 0.0207
  EXPECT_EQ(m.low, 6);
  EXPECT_EQ(m.median, 10.5);
  EXPECT_EQ(m.high, 15);
  EXPECT_EQ(median_interval({3, 1}).low, 1);
  EXPECT_EQ(median_interval({3, 1}).high, 3);
  for (double& v : values) v += 100;
  const std::vector<double> half(20, 55.25);
  const MedianInterval r = ratio_interval(values, half);
  EXPECT_NEAR(r.median, 2, 1e-12);
  EXPECT_LT(r.low, 2);
  EXPECT_GT(r.high, 2);
  EXPECT_GT(r.low, 1.85);
  EXPECT_LT(r.high, 2.15);
}

}  // namespace
}  // namespace antigrad::search
