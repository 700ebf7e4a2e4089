// `measure:` of a study: event files beside it, with what was asked for, and the same bits of the
// training.
#include "trainer/measure/recorder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

#include "../expect_equal.hpp"
#include "../fixtures.hpp"
#include "space/error.hpp"
#include "trainer/measure/study_keys.hpp"

namespace antigrad::trainer {
namespace {

namespace fs = std::filesystem;

class RecorderTest : public testing::Test {
 protected:
  Measurement measured(const std::string& keys, const Evaluation& request) const {
    study_.write("study.yaml", TinyStudy::tasks("0.02") + keys);
    const std::unique_ptr<Evaluator> evaluator(antigrad_open_evaluator(study_.path().c_str()));
    return evaluator->evaluate(request);
  }
  fs::path folder() const { return fs::path(study_.path()).parent_path() / "tb"; }
  /// Steps and values by name.
  std::map<std::string, std::map<std::int64_t, double>> series(const Evaluation& request) const {
    std::map<std::string, std::map<std::int64_t, double>> all;
    for (const Event& event : read_events(event_path(folder().string(), request)))
      for (const auto& [name, value] : event.values) all[name][event.step] = value;
    return all;
  }

  TinyStudy study_;
};

std::set<std::int64_t> steps_of(const std::map<std::int64_t, double>& series) {
  std::set<std::int64_t> steps;
  for (const auto& [step, value] : series) steps.insert(step);
  return steps;
}

TEST_F(RecorderTest, MeasuringEverythingAtEveryStepLeavesTheTrainingsBitsAlone) {
  for (const char* const task : {"images", "text"}) {
    const Evaluation request{"xielu", task, 1, 23, "7"};
    const Measurement plain = measured("", request);
    EXPECT_FALSE(fs::exists(folder()));
    expect_equal(measured("measure: {every: 1}\n", request), plain);
    EXPECT_TRUE(fs::exists(event_path(folder().string(), request)));
    fs::remove_all(folder());
  }
}

TEST_F(RecorderTest, WhatWasAskedForIsInTheFile) {
  const Evaluation request{"xielu", "text", 3, 25, "confirm-2"};
  const Measurement m = measured("measure: {every: 5}\n", request);
  const auto all = series(request);
  const std::set<std::int64_t> measured_at = {5, 10, 15, 20, 25}, curve_at = {10, 20};
  std::set<std::string> groups;
  for (const auto& [name, values] : all) {
    groups.insert(name.substr(0, name.find('/')));
    if (name.starts_with("figure/")) {
      EXPECT_EQ(steps_of(values), (std::set<std::int64_t>{25})) << name;
      continue;
    }
    const bool of_curve = name.starts_with("validation/") || name == "training/mean_loss";
    EXPECT_EQ(steps_of(values), of_curve ? curve_at : measured_at) << name;
    for (const auto& [step, value] : values) EXPECT_TRUE(std::isfinite(value)) << name;
  }
  EXPECT_EQ(groups, (std::set<std::string>{"activation", "figure", "gradient_norm", "memory",
                                           "sparsity", "sparsity_threshold", "speed", "theta",
                                           "training", "validation"}));
  for (std::size_t i = 0; i < 2; ++i) {
    const CurvePoint& point = m.curve[i];
    EXPECT_EQ(all.at("validation/loss").at(point.step), float(point.validation_loss));
    EXPECT_EQ(all.at("validation/accuracy").at(point.step), float(point.validation_accuracy));
    EXPECT_EQ(all.at("validation/perplexity").at(point.step),
              float(std::exp(point.validation_loss)));
    EXPECT_EQ(all.at("validation/bits_per_byte").at(point.step),
              float(point.validation_loss / std::log(2.)));
    EXPECT_EQ(all.at("training/mean_loss").at(point.step), float(point.training_loss));
  }
  const double seconds = all.at("speed/seconds_a_step").at(25);
  EXPECT_GT(seconds, 0);
  EXPECT_NEAR(all.at("speed/tokens_a_second").at(25) * seconds, 8 * 8, 1e-3);
  EXPECT_GT(all.at("memory/peak_mebibytes").at(25), 10);
  EXPECT_NEAR(all.at("theta/layer0_activation/a_p").begin()->second, 0.8, 0.2)
      << "the name of the place has changed";
}

TEST_F(RecorderTest, OfNamesWhatIsMeasuredAndAnEpochMayBeTheDistance) {
  const Evaluation request{"gelu", "images", 3, 20, "0"};
  (void)measured("measure: {every: epoch, of: [gradients]}\n", request);
  const auto all = series(request);
  const std::set<std::int64_t> epochs = {8, 16};  // 140 images in batches of 16
  EXPECT_EQ(steps_of(all.at("training/loss")), epochs);
  EXPECT_EQ(steps_of(all.at("gradient_norm/all")), epochs);
  EXPECT_EQ(all.count("validation/perplexity"), 0u);
  EXPECT_EQ(all.count("speed/images_a_second"), 1u);
  for (const auto& [name, values] : all)
    EXPECT_FALSE(name.starts_with("activation/") || name.starts_with("sparsity")) << name;
}

TEST_F(RecorderTest, ARunThatGoesOnFromACheckpointGoesOnInItsFile) {
  const std::string keys = "measure: {every: 3, of: [theta]}\n",
                    checkpoints = "checkpoints: {every: 4}\n";
  Evaluation request{"xielu", "images", 1, 25, "1"};
  (void)measured(keys, request);
  const auto whole = series(request);
  request.steps = 10;
  (void)measured(keys + checkpoints, request);
  request.steps = 25;
  testing::internal::CaptureStderr();
  (void)measured(keys + checkpoints, request);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("goes on at step 10"), std::string::npos);
  const auto pieces = series(request);
  ASSERT_EQ(pieces.size(), whole.size());
  for (const auto& [name, values] : whole)
    if (name.starts_with("speed/") || name.starts_with("memory/"))
      EXPECT_EQ(steps_of(pieces.at(name)), steps_of(values)) << name;
    else
      EXPECT_EQ(pieces.at(name), values) << name;
}

TEST_F(RecorderTest, ShiftsAreWrittenAtTheEndOfARequest) {
  std::string yaml = TinyStudy::tasks("0.02");
  const std::string old = "path: digits.csv, ";
  yaml.replace(yaml.find(old), old.size(), old + "shifts: {noise: [3]}, ");
  study_.write("study.yaml", yaml + "measure: {every: 100, of: []}\n");
  const std::unique_ptr<Evaluator> evaluator(antigrad_open_evaluator(study_.path().c_str()));
  const Evaluation request{"gelu", "images", 1, 10, "4"};
  const Measurement m = evaluator->evaluate(request);
  EXPECT_EQ(series(request).at("shift/noise 3/loss").at(10), float(m.shifts.at(0).loss));
  EXPECT_EQ(series(request).at("shift/noise 3/accuracy").at(10), float(m.shifts.at(0).accuracy));
}

TEST_F(RecorderTest, AFileThatCannotBeWrittenStopsNothing) {
  std::ofstream(folder()) << "a file where the folder should be";
  testing::internal::CaptureStderr();
  const Measurement m = measured("measure: {every: 1}\n", {"gelu", "images", 1, 5, "1"});
  EXPECT_NE(testing::internal::GetCapturedStderr().find("cannot write the event file"),
            std::string::npos);
  EXPECT_EQ(m.outcome, Outcome::ok);
}

TEST_F(RecorderTest, KeysAreCheckedWithTheirPlace) {
  const auto error = [&](const std::string& keys) -> std::string {
    study_.write("study.yaml", keys);
    try {
      read_study_keys(study_.path());
    } catch (const space::Error& caught) {
      return caught.what();
    }
    return "no error";
  };
  const auto expect = [&](const std::string& keys, const std::string& want) {
    EXPECT_NE(error(keys).find(want), std::string::npos) << error(keys);
  };
  expect("measure: {every: 0}", "study.yaml:1:18: got 0, expected a whole number from 1");
  expect("measure: {every: epochs}", "study.yaml:1:18: ");
  expect("measure: {of: [theta]}", "key \"every\" is missing");
  expect("measure: {every: 1, of: [gradient]}", "did you mean \"gradients\"?");
  expect("measure: {every: 1, off: []}", "did you mean \"of\"?");
  expect("measure: 3", "expected a map");
  expect("checkpoints: {evry: 1}", "did you mean \"every\"?");
  expect("checkpoints: {every: -1}", "got -1");
  EXPECT_EQ(error("measure: {every: epoch}\ncheckpoints: {every: 3}"), "no error");
}

/// Of a game too: both players' gradients, activations and parameters, and the same bits.
TEST_F(RecorderTest, LooksIntoTheNetworksOfAGame) {
  const std::string gan = R"(tasks:
  - name: game
    problem: {name: gan, latent: 4}
    model: {type: mlp, layers: 2, width: 12, norm: true}
    data: {format: digits, path: digits.csv, validation: 0.2, test: 0.1}
    optimiser: {name: sgd, rate: 0.02}
    batch: 16
    steps: 12
    evaluate_every: 6
)",
                    instrument = R"(tasks:
  - name: game
    problem: {name: instrument, units: 16, alpha: 2}
    optimiser: {name: sgd, rate: 0.02}
    batch: 32
    steps: 12
    evaluate_every: 6
)";
  const std::tuple<std::string, std::vector<std::string>> cases[] = {
      {gan, {"generator.", "critic."}}, {instrument, {"f.", "g."}}};
  for (const auto& [tasks, players] : cases) {
    const Evaluation request{"prelu", "game", 1, 12, "7"};
    const auto evaluated = [&](const std::string& keys) {
      study_.write("study.yaml", tasks + keys);
      const std::unique_ptr<Evaluator> evaluator(antigrad_open_evaluator(study_.path().c_str()));
      return evaluator->evaluate(request);
    };
    const Measurement plain = evaluated("");
    const Measurement measured = evaluated("measure: {every: 4}\n");
    expect_equal(plain, measured);
    const auto all = series(request);
    for (const std::string& player : players) {
      int statistics = 0, thetas = 0;
      for (const auto& [name, values] : all) {
        const bool own = name.find("/" + player) != std::string::npos;
        if (!own) continue;
        EXPECT_EQ(steps_of(values), (std::set<std::int64_t>{4, 8, 12})) << name;
        for (const auto& [step, value] : values) EXPECT_TRUE(std::isfinite(value)) << name;
        if (name.ends_with("/effective_rank")) {
          ++statistics;
          EXPECT_GT(values.at(12), 1) << name;
        }
        thetas += name.starts_with("theta/");
      }
      EXPECT_GT(statistics, 0) << player;
      EXPECT_EQ(thetas, statistics) << player;
    }
    EXPECT_GT(all.at("gradient_norm/all").at(12), 0);
    double squares = 0;
    for (const auto& [name, values] : all)
      if (name.starts_with("gradient_norm/") && name != "gradient_norm/all")
        squares += values.at(12) * values.at(12);
    EXPECT_NEAR(std::sqrt(squares), all.at("gradient_norm/all").at(12), 1e-5);
    const auto figure = std::ranges::find(measured.figures, "effective rank", &Figure::name);
    ASSERT_NE(figure, measured.figures.end());
    EXPECT_GT(figure->value, 1);
  }
}

}  // namespace
}  // namespace antigrad::trainer
