// Gradients through training against finite differences, and start values that learn.
#include "trainer/meta/episode.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "../fixtures.hpp"
#include "in_double.hpp"
#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

class EpisodeTest : public testing::Test {
 protected:
  EpisodeTest() : tasks_(read_tasks(study_.path())) {
    at::set_num_threads(1);
    for (const Task& task : tasks_) data_.push_back(load_dataset(task));
  }

  TinyStudy study_;
  std::vector<Task> tasks_;
  std::vector<std::shared_ptr<const Dataset>> data_;
};

TEST_F(EpisodeTest, TheFullGradientIsThatOfFiniteDifferences) {
  // Smooth: a difference across a kink of f is none.
  const SharedActivation activation =
      in_double("[a = 1 in (0, inf), b = 0.5] sigmoid(a*x) + b*sech2(x)");
  for (std::size_t t = 0; t < tasks_.size(); ++t) {
    const InDouble data(data_[t]);
    const MetaSpec spec{.steps = 3, .rate = 0.1};
    const std::vector<double> raw = {0.2, -0.3};
    const Episode full = run_episode(tasks_[t], data, activation, raw, 4, spec);
    ASSERT_EQ(full.gradient.size(), 2u);
    MetaSpec first = spec;
    first.method = MetaMethod::first_order;
    const Episode end = run_episode(tasks_[t], data, activation, raw, 4, first);
    EXPECT_EQ(end.loss, full.loss);
    for (std::size_t k = 0; k < raw.size(); ++k) {
      constexpr double kStep = 1e-4;
      const auto at = [&](double move) {
        std::vector<double> moved = raw;
        moved[k] += move;
        return run_episode(tasks_[t], data, activation, moved, 4, spec, false).loss;
      };
      const double want =
          (8 * (at(kStep) - at(-kStep)) - (at(2 * kStep) - at(-2 * kStep))) / (12 * kStep);
      EXPECT_NEAR(full.gradient[k], want, 1e-7 * std::max(1., std::abs(want)))
          << tasks_[t].name << " " << k;
      EXPECT_GT(std::abs(end.gradient[k] - want), 1e-5) << "the first order is not the whole";
    }
  }
}

TEST_F(EpisodeTest, ReptileGoesWhereTheStepsGo) {
  const SharedActivation activation = in_double("xielu");
  const InDouble data(data_[1]);
  MetaSpec spec{.method = MetaMethod::reptile, .steps = 1, .rate = 0.1};
  const Episode one = run_episode(tasks_[1], data, activation, {0.2, -0.3}, 4, spec);
  // One step of one place goes along the gradient of its own batch: that of no steps at all.
  MetaSpec none{.method = MetaMethod::first_order, .steps = 0, .rate = 0.1};
  const Episode start = run_episode(tasks_[1], data, activation, {0.2, -0.3}, 4, none);
  for (std::size_t k = 0; k < 2; ++k)
    EXPECT_NEAR(one.gradient[k], start.gradient[k], 1e-9 * std::abs(start.gradient[k]));
}

TEST_F(EpisodeTest, LearnedStartValuesLeadFurtherOnEpisodesNotSeen) {
  const std::string text = "[a = 0.05 in (0, inf)] 0 | 0 | a";
  const MetaSpec spec{.steps = 2, .rate = 0.1, .rounds = 12, .meta_rate = 0.2};
  const MetaResult result = learn_start_values(study_.path(), text, spec);
  EXPECT_LT(result.loss_after, result.loss_before);
  EXPECT_EQ(result.rounds.size(), 12u);
  EXPECT_NEAR(result.rounds[0].theta[0], 0.05, 1e-12);
}

TEST_F(EpisodeTest, EveryMethodLearnsTheSameTwice) {
  std::vector<double> learned;
  for (const MetaMethod method : {MetaMethod::full, MetaMethod::first_order, MetaMethod::reptile}) {
    const MetaSpec spec{.method = method, .steps = 2, .rate = 0.1, .rounds = 2, .meta_rate = 0.2};
    const MetaResult result = learn_start_values(study_.path(), "xielu", spec);
    EXPECT_EQ(learn_start_values(study_.path(), "xielu", spec).theta, result.theta);
    learned.push_back(result.theta[0]);
    EXPECT_NE(learned.back(), 0.8);
  }
  EXPECT_NE(learned[0], learned[1]);
  EXPECT_NE(learned[1], learned[2]);
}

TEST_F(EpisodeTest, WhatCannotBeLearnedIsToldWithTheWayOut) {
  const auto message = [&](const std::string& text, const MetaSpec& spec) -> std::string {
    try {
      learn_start_values(study_.path(), text, spec);
    } catch (const space::Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_NE(message("relu", {}).find("no trainable parameters"), std::string::npos);
  EXPECT_NE(message("xielu", {.rounds = 0}).find("at least one step"), std::string::npos);
  EXPECT_NE(message("xielu", {.steps = 5, .rate = 1e9, .rounds = 1}).find("smaller --rate"),
            std::string::npos);
}

}  // namespace
}  // namespace antigrad::trainer
