// Estimators chosen and combined where it is known which ones are good.
#include "search/evidence/learned_estimator.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "../fake.hpp"
#include "search/evidence/measured_estimators.hpp"
#include "search/library/library.hpp"
#include "search/library/warm_start.hpp"
#include "search/summary.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

/// What a run says at half of its steps: training loss and loss of the current weights; the loss of
/// averaged weights is noise there, and at the end u + v.
struct Half {
  double training, current;
};

CurveTable table_of(int activations, const std::function<Half(double u, double v)>& half) {
  CurveTable table;
  space::Random random(4);
  for (int a = 0; a < activations; ++a) {
    const double u = random.normal(), v = random.normal();
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      const Half h = half(u + 0.1 * random.normal(), v + 0.1 * random.normal());
      const double end = u + v + 0.1 * random.normal();
      table[fmt::format("a{}", a)][seed] = {{50, h.training, 10 * random.normal(), 0.5, h.current},
                                            {100, end, end, 0.5, end}};
    }
  }
  return table;
}

const LearnedEstimator& at_half(const std::vector<LearnedEstimator>& all) {
  for (const LearnedEstimator& learned : all)
    if (learned.fraction == 0.5) return learned;
  throw space::Error("nothing was learned at half of the steps");
}

TEST(LearnedEstimator, AddsUpWhatTwoKnowOfOneLoss) {
  const CurveTable table = table_of(60, [](double u, double v) { return Half{5 * u, v}; });
  const LearnedEstimator l = at_half(learn_estimators(table, 100));
  EXPECT_EQ(l.activations, 60);
  EXPECT_EQ(l.seeds, 3);
  EXPECT_GT(l.sum, 0.9);
  EXPECT_LT(l.single, 0.8);
  EXPECT_LT(l.averaged, 0.3);
  EXPECT_EQ(l.rank(), l.sum);
  double training = 0, sizes = 0;  // three estimators read the training loss
  for (const auto& [name, weight] : l.weights) {
    if (name.starts_with("training")) training += weight;
    sizes += std::abs(weight);
  }
  EXPECT_NEAR(sizes, 1, 1e-12);
  EXPECT_NEAR(l.weights.at("current") / training, 5, 1);  // of figures in their own units
  EXPECT_FALSE(l.weights.contains("error"));              // which never varies
}

TEST(LearnedEstimator, LeavesOneAloneThatKnowsEverything) {
  const CurveTable table = table_of(40, [](double u, double v) { return Half{0, u + v}; });
  const LearnedEstimator l = at_half(learn_estimators(table, 100));
  EXPECT_EQ(l.weights, (std::map<std::string, double>{{"current", 1.0}}));
  EXPECT_GE(l.single, l.sum - 0.01);
  EXPECT_EQ(l.rank(), l.single);
  EXPECT_EQ(to_string(l), "current");
}

TEST(LearnedEstimator, PureNoiseLearnsNothing) {
  space::Random random(9);
  const CurveTable table = table_of(60, [&](double, double) {
    return Half{random.normal(), random.normal()};
  });
  const LearnedEstimator l = at_half(learn_estimators(table, 100));
  EXPECT_LT(std::abs(l.rank()), 0.3);
}

TEST(LearnedEstimator, AFewActivationsAreNotEnough) {
  const auto half = [](double u, double v) { return Half{u, v}; };
  EXPECT_TRUE(learn_estimators(table_of(7, half), 100).empty());
  EXPECT_FALSE(learn_estimators(table_of(8, half), 100).empty());
}

TEST(LearnedEstimator, TheNearestFractionJudges) {
  Task task{.name = "t", .steps = 100};
  const std::vector<trainer::CurvePoint> curve{{50, 3, 4, 0.5, 5}};
  EXPECT_EQ(judged(task, curve, 0.5), 4);
  task.learned = {{0.1, {{"training", 1}}}, {0.5, {{"current", 0.75}, {"averaged", -0.25}}}};
  EXPECT_EQ(judged(task, curve, 0.1), 3);
  EXPECT_EQ(judged(task, curve, 0.2), 3);
  EXPECT_EQ(judged(task, curve, 0.3), 0.75 * 5 - 0.25 * 4);
  EXPECT_EQ(to_string(task.learned[1]), "-0.25 averaged + 0.75 current");
}

/// A past study whose first task is like the toy study's "images", with an estimator for it.
PastStudy taught(const StudyConfig& config, const std::string& estimator) {
  PastStudy past{"past", 1, facts_of_tasks(config), {{"relu", true, false, {0}, 40}}};
  past.estimators = {{{1, {{estimator, 1}}, 0.5, 0.9, 0.4, 20, 3}}, {}};
  return past;
}

TEST(LearnedEstimator, StandsInTheLibraryAndServesLikeTasks) {
  const fake::Folder folder;
  const auto study = [&](const std::string& more) {
    return parse_study(fake::study_text(4, fmt::format("warm_start: {}\n{}", folder / "lib", more)),
                       "toy.yaml");
  };
  const PastStudy past = taught(study(""), "training");
  EXPECT_EQ(read_past(to_text(past), "l.study").at(0), past);
  Library(folder / "lib").add(past);
  const auto learned = [&](const std::string& more, std::size_t task) {
    StudyConfig config = study(more);
    choose_estimators(config, folder / "none.log");
    return config.tasks[task].learned;
  };
  EXPECT_EQ(learned("", 0), past.estimators[0]);
  EXPECT_EQ(learned("estimator: learned\n", 0), past.estimators[0]);
  EXPECT_TRUE(learned("estimator: averaged\n", 0).empty());
  EXPECT_TRUE(learned("estimator: {images: current}\n", 0).empty());
  StudyConfig cold = parse_study(fake::study_text(4), "toy.yaml");
  choose_estimators(cold, folder / "none.log");
  EXPECT_TRUE(cold.tasks[0].learned.empty());
  std::string other = fake::study_text(4, fmt::format("warm_start: {}\n", folder / "lib"));
  other.replace(other.find("steps: 40"), 9,
                "steps: 4, batch: 3, model: {type: llama, layers: 2}, data: {format: bytes}");
  StudyConfig unlike = parse_study(other, "toy.yaml");
  choose_estimators(unlike, folder / "none.log");
  EXPECT_EQ(unlike.tasks[0].learned,
            measured_estimators("language"));  // the library's is of others
}

TEST(LearnedEstimator, JudgesTheRunsOfAWarmStudy) {
  const fake::Folder folder;
  const StudyConfig config =
      parse_study(fake::study_text(4, fmt::format("warm_start: {}\n", folder / "lib")), "toy.yaml");
  Library(folder / "lib").add(taught(config, "training"));
  fake::run(config, folder / "j.log", 1);
  const Summary s = summarise(config, folder / "j.log");
  int runs = 0;
  for (const Trial& trial : s.trials)
    for (const search::Run& run : trial.runs) {
      if (run.measurement.outcome != trainer::Outcome::ok) continue;
      const trainer::CurvePoint& last = run.measurement.curve.back();
      EXPECT_EQ(run.losses.rbegin()->second, last.training_loss) << "words is like enough, too";
      ++runs;
    }
  EXPECT_GT(runs, 8);
}

TEST(LearnedEstimator, WantsAPastAndKnowsItsName) {
  const auto error = [](const std::string& more) {
    try {
      parse_study(fake::study_text(4, more), "toy.yaml");
    } catch (const space::Error& e) {
      return std::string(e.what());
    }
    return std::string("none");
  };
  EXPECT_NE(error("estimator: learned\n").find("toy.yaml:17:12: what is learned comes from"),
            std::string::npos)
      << error("estimator: learned\n");
  EXPECT_NE(error("estimator: lerned\n").find("unknown estimator"), std::string::npos);
  EXPECT_EQ(error("estimator: learned\nwarm_start: true\n"), "none");
}

}  // namespace
}  // namespace antigrad::search
