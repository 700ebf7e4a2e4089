// Runs that choose their rate, and candidates that are normalised.
#include "trainer/own_rate.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "fixtures.hpp"
#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

/// The tiny study, its image task with a key more.
std::string with_key(const std::string& rate, const std::string& key) {
  std::string text = TinyStudy::tasks(rate);
  return text.insert(text.find("    label_smoothing"), "    " + key + "\n");
}

Measurement measured(const TinyStudy& study, const std::string& text, std::uint64_t seed = 3) {
  study.write("study.yaml", text);
  const std::unique_ptr<Evaluator> evaluator(antigrad_open_evaluator(study.path().c_str()));
  return evaluator->evaluate({"silu", "images", seed, 20});
}

double factor_of(const Measurement& m) {
  for (const Figure& figure : m.figures)
    if (figure.name == "rate factor") return figure.value;
  return 0;
}

TEST(OwnRate, IsTheOneThatTrainsFasterAndTheRunIsThatOfTheRate) {
  const TinyStudy study;
  const Measurement slow =
      measured(study, with_key("0.0001", "own_rate: {factors: [1, 1000, 0.01], steps: 8}"));
  EXPECT_EQ(factor_of(slow), 1000);
  const Measurement plain = measured(study, TinyStudy::tasks("0.1"));
  EXPECT_EQ(factor_of(plain), 0) << "nothing is chosen unless asked";
  ASSERT_EQ(slow.curve.size(), plain.curve.size());
  for (std::size_t i = 0; i < plain.curve.size(); ++i)
    EXPECT_EQ(slow.curve[i].validation_loss, plain.curve[i].validation_loss);
}

TEST(OwnRate, AvoidsARateThatDiverges) {
  const TinyStudy study;
  const Measurement m =
      measured(study, with_key("0.05", "own_rate: {factors: [1e6, 1], steps: 8}"));
  EXPECT_EQ(factor_of(m), 1);
  EXPECT_EQ(m.outcome, Outcome::ok);
}

// A normalised candidate is judged whatever its scale: three times ReLU trains as ReLU does.
TEST(Normalise, TheScaleOfACandidateIsNotJudged) {
  const TinyStudy study;
  for (const bool normalised : {true, false}) {
    study.write("study.yaml",
                with_key("0.02", normalised ? "normalise: true" : "normalise: false"));
    const std::unique_ptr<Evaluator> evaluator(antigrad_open_evaluator(study.path().c_str()));
    const Measurement one = evaluator->evaluate({"0 | 0 | 1", "images", 3, 20}),
                      three = evaluator->evaluate({"0 | 0 | 3", "images", 3, 20});
    const double apart = std::abs(one.curve.back().current_loss - three.curve.back().current_loss);
    EXPECT_EQ(apart < 1e-3, normalised) << apart;
  }
}

// What a study says of all its tasks, a task may say otherwise; one that chooses its own rate does.
TEST(Normalise, AStudySaysItOfTasksThatDoNot) {
  const TinyStudy study;
  const auto tasks = [&](const std::string& key, const std::string& of_all) {
    study.write("study.yaml", with_key("0.02", key) + of_all);
    std::vector<bool> normalised;
    for (const Task& task : read_tasks(study.path())) normalised.push_back(task.normalise);
    return normalised;
  };
  using Both = std::vector<bool>;
  EXPECT_EQ(tasks("diverged: 10", ""), (Both{false, false}));
  EXPECT_EQ(tasks("diverged: 10", "normalise: true\n"), (Both{true, true}));
  EXPECT_EQ(tasks("normalise: false", "normalise: true\n"), (Both{false, true}));
  EXPECT_EQ(tasks("normalise: true", "normalise: false\n"), (Both{true, false}));
  const std::string rate = "own_rate: {factors: [1, 2], steps: 3}";
  EXPECT_EQ(tasks(rate, "normalise: true\n"), (Both{false, true}));
  EXPECT_EQ(tasks(rate + "\n    normalise: true", "normalise: true\n"), (Both{true, true}));
  EXPECT_THROW(tasks("diverged: 10", "normalise: 1\n"), space::Error);
}

TEST(OwnRate, MistakesHaveTheirPlace) {
  const TinyStudy study;
  for (const char* key :
       {"own_rate: {factors: [1], steps: 8}", "own_rate: {factors: [1, 2]}",
        "own_rate: {factors: [1, 2], steps: 31}", "own_rate: {factors: [1, -2], steps: 3}"})
    EXPECT_THROW(measured(study, with_key("0.05", key)), space::Error) << key;
}

}  // namespace
}  // namespace antigrad::trainer
