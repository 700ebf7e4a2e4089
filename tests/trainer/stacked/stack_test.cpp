// Candidates trained together through the evaluator's door, against each by itself.
#include "trainer/stacked/stack.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>

#include "space/error.hpp"
#include "tests/trainer/fixtures.hpp"
#include "tests/trainer/numbers.hpp"
#include "trainer/evaluator.hpp"
#include "trainer/stacked/stacking_fault.hpp"
#include "trainer/stacked/together.hpp"

namespace antigrad::trainer {
namespace {

using Opened = std::unique_ptr<Evaluator>;
using Training = Run;  // testing::Test has a Run of its own

const std::vector<std::string> kCandidates = {"relu", "gelu", "prelu", "sine"};

Opened open(const TinyStudy& study) {
  return Opened(antigrad_open_evaluator(study.path().c_str()));
}

std::vector<Evaluation> requests(const std::string& task, int steps,
                                 const std::vector<std::string>& activations = kCandidates) {
  std::vector<Evaluation> all;
  for (const std::string& text : activations) all.push_back({text, task, 3, steps});
  return all;
}

bool trained_alone(const Measurement& m) {
  return std::ranges::any_of(m.figures, [](const Figure& f) { return f.name == "trained alone"; });
}

/// Every 2 steps a point of the curve.
std::string with_points(std::string yaml) {
  for (auto at = yaml.find("evaluate_every: 10"); at != std::string::npos;
       at = yaml.find("evaluate_every: 10", at))
    yaml.replace(at, 18, "evaluate_every: 2");
  return yaml;
}

TEST(StackTest, EveryCandidateHasTheCurveOfItsOwnRun) {
  const TinyStudy study;
  int not_to_the_last_bit = 0;
  study.write("study.yaml", with_points(TinyStudy::tasks("0.02")) + "stacked: 4\n");
  for (const char* const task : {"images", "text"}) {
    const auto together = open(study)->evaluate_together(requests(task, 20));
    ASSERT_EQ(together.size(), kCandidates.size());
    const Opened alone = open(study);
    for (std::size_t k = 0; k < kCandidates.size(); ++k) {
      const Measurement own = alone->evaluate({kCandidates[k], task, 3, 20});
      ASSERT_EQ(together[k].curve.size(), own.curve.size());
      EXPECT_FALSE(trained_alone(together[k])) << task << " " << kCandidates[k];
      not_to_the_last_bit += numbers(together[k]) != numbers(own);
      for (std::size_t i = 0; i < own.curve.size(); ++i) {
        EXPECT_NEAR(together[k].curve[i].training_loss, own.curve[i].training_loss, 1e-4);
        EXPECT_NEAR(together[k].curve[i].current_loss, own.curve[i].current_loss, 1e-4);
      }
      ASSERT_EQ(together[k].theta.size(), own.theta.size());
      for (std::size_t i = 0; i < own.theta.size(); ++i)
        EXPECT_NEAR(together[k].theta[i], own.theta[i], 1e-4);
    }
  }
  EXPECT_GT(not_to_the_last_bit, 0) << "nothing was stacked";
}

TEST(StackTest, GoesOnWithSomeAndWithOneAndGivesTheSameBitsEveryTime) {
  const TinyStudy study;
  study.write("study.yaml", TinyStudy::tasks("0.02") + "stacked: 4\n");
  const auto climb = [&] {
    const Opened evaluator = open(study);
    evaluator->evaluate_together(requests("images", 10));
    evaluator->evaluate_together(requests("images", 20, {"gelu", "sine"}));
    return evaluator->evaluate({"sine", "images", 3, 30});
  };
  const Measurement got = climb();
  EXPECT_EQ(numbers(climb()), numbers(got));
  const Measurement own = open(study)->evaluate({"sine", "images", 3, 30});
  ASSERT_EQ(got.curve.size(), own.curve.size());
  for (std::size_t i = 0; i < own.curve.size(); ++i)
    EXPECT_NEAR(got.curve[i].current_loss, own.curve[i].current_loss, 1e-3) << i;
}

/// A narrow deep network at a high rate makes more of rounding than 1e-4.
TEST(StackTest, WhoseLossesWouldDifferTrainsAloneToTheLastBit) {
  const TinyStudy study;
  std::string yaml = TinyStudy::tasks("1.5");
  yaml.replace(yaml.find("type: resnet, depth: 8, width: 4"), 32, "type: mobilenet, width: 4");
  study.write("study.yaml", yaml + "stacked: 4\n");
  const auto together = open(study)->evaluate_together(requests("images", 24));
  const Opened alone = open(study);
  int by_themselves = 0;
  for (std::size_t k = 0; k < kCandidates.size(); ++k) {
    if (!trained_alone(together[k])) continue;
    ++by_themselves;
    EXPECT_EQ(numbers(together[k]), numbers(alone->evaluate({kCandidates[k], "images", 3, 24})))
        << kCandidates[k];
  }
  EXPECT_GT(by_themselves, 0);
}

/// Why: not what a stack computes, but what training makes of the last bit of one weight.
TEST(StackTest, WhereAStackDiffersSoDoesARunWhoseFirstWeightMovedByOneUlp) {
  at::set_num_threads(1);
  const TinyStudy study;
  for (const bool narrow : {false, true}) {
    Task task = read_tasks(study.path())[0];
    if (narrow) {
      task.model = {.type = ModelSpec::Type::mobilenet, .width = 4};
      task.optimiser.rate = 1.5;
    }
    const auto data = load_dataset(task);
    const auto candidate = compile(space::parse_activation("gelu"));
    Training plain(task, data, candidate, 3), moved(task, data, candidate, 3);
    {
      const at::NoGradGuard no_grad;
      auto* const weight = moved.model().parameters().front().mutable_data_ptr<float>();
      *weight = std::nextafter(*weight, 1e9F);
    }
    EXPECT_EQ(equal_losses(advance_alone(plain, 20), advance_alone(moved, 20)), !narrow);
  }
}

TEST(StackTest, WithoutTheCheckNobodyIsSentAway) {
  const TinyStudy study;
  std::string yaml = TinyStudy::tasks("1.5");
  yaml.replace(yaml.find("type: resnet, depth: 8, width: 4"), 32, "type: mobilenet, width: 4");
  study.write("study.yaml", yaml + "stacked: {count: 4, checked: 0}\n");
  for (const Measurement& m : open(study)->evaluate_together(requests("images", 24)))
    EXPECT_FALSE(trained_alone(m));
}

TEST(StackTest, OneThatDivergesLeavesTheOthersTheirLosses) {
  const TinyStudy study;
  study.write("study.yaml", TinyStudy::tasks("0.02") + "stacked: 3\n");
  const std::string bad = "f: 1e30*x*x*x";  // overflows at once
  const auto all = open(study)->evaluate_together(requests("images", 20, {"relu", bad, "gelu"}));
  EXPECT_EQ(all[1].outcome, Outcome::diverged);
  EXPECT_NE(all[1].reason, "");
  for (const std::size_t k : {0u, 2u}) {
    ASSERT_EQ(all[k].outcome, Outcome::ok);
    EXPECT_EQ(all[k].steps, 20);
    EXPECT_FALSE(trained_alone(all[k]));
    const Measurement own = open(study)->evaluate({k == 0 ? "relu" : "gelu", "images", 3, 20});
    EXPECT_NEAR(all[k].curve.back().current_loss, own.curve.back().current_loss, 1e-4);
  }
}

/// Also where some train by themselves.
TEST(StackTest, ARunOfAStackGoesOnFromItsCheckpoint) {
  for (const bool narrow : {false, true}) {
    const TinyStudy study;
    std::string yaml = TinyStudy::tasks(narrow ? "1.5" : "0.02");
    if (narrow)
      yaml.replace(yaml.find("type: resnet, depth: 8, width: 4"), 32, "type: mobilenet, width: 4");
    study.write("study.yaml", yaml + "stacked: 4\ncheckpoints: {every: 5}\n");
    open(study)->evaluate_together(requests("images", 10));  // killed: nothing is forgotten
    const auto resumed = open(study)->evaluate_together(requests("images", 20));
    std::filesystem::remove_all(std::filesystem::path(study.path()).parent_path() / "checkpoints");
    const Opened whole = open(study);
    whole->evaluate_together(requests("images", 10));
    const auto unbroken = whole->evaluate_together(requests("images", 20));
    for (std::size_t k = 0; k < unbroken.size(); ++k) {
      EXPECT_EQ(numbers(resumed[k]), numbers(unbroken[k])) << kCandidates[k];
      EXPECT_EQ(trained_alone(resumed[k]), trained_alone(unbroken[k])) << kCandidates[k];
    }
  }
}

TEST(StackTest, LossesAreEqualWithinATenThousandth) {
  const double nan = std::nan(""), inf = INFINITY;
  EXPECT_TRUE(equal_losses({1, 2}, {1.00009, 2}));
  EXPECT_FALSE(equal_losses({1, 2}, {1, 2.00011}));
  EXPECT_FALSE(equal_losses({1, nan, 3}, {1, 2, 3}));
  EXPECT_FALSE(equal_losses({1, 2}, {1, inf}));
  EXPECT_TRUE(equal_losses({1, nan, 3}, {1, inf, 7}));
  EXPECT_TRUE(equal_losses({1}, {1, 2})) << "diverged: no more steps";
}

TEST(StackTest, WhatCannotBeStackedIsKnownFromTheTask) {
  Task task;
  EXPECT_EQ(stacking_fault(task), "");
  const auto fault = [](auto change) {
    Task changed;
    change(changed);
    return stacking_fault(changed);
  };
  EXPECT_NE(fault([](Task& t) { t.problem.kind = ProblemSpec::Kind::gan; }), "");
  EXPECT_NE(fault([](Task& t) { t.clients.count = 3; }), "");
  EXPECT_NE(fault([](Task& t) { t.optimiser.name = OptimiserSpec::Name::gols; }), "");
  EXPECT_NE(fault([](Task& t) { t.model.type = ModelSpec::Type::gat; }), "");
  EXPECT_NE(fault([](Task& t) { t.model.activations["blocks"] = "gaussian_radial"; }), "");
  EXPECT_EQ(fault([](Task& t) { t.model.activations["blocks"] = "maxout"; }), "");
}

}  // namespace
}  // namespace antigrad::trainer
