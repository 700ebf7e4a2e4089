// A run is a function of (task, activation, seed), in however many pieces; it stops where it
// diverges.
#include "trainer/run.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "compiled.hpp"
#include "fixtures.hpp"
#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Training = Run;  // testing::Test has a Run of its own

class RunTest : public testing::Test {
 protected:
  RunTest() : tasks_(read_tasks(study_.path())) { at::set_num_threads(1); }

  Training make(const Task& task, const std::string& activation, std::uint64_t seed) const {
    return Training(task, load_dataset(task), compiled(activation), seed);
  }

  TinyStudy study_;
  std::vector<Task> tasks_;
};

void expect_equal(const Measurement& a, const Measurement& b) {
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.steps, b.steps);
  EXPECT_EQ(a.theta, b.theta);
  ASSERT_EQ(a.curve.size(), b.curve.size());
  for (std::size_t i = 0; i < a.curve.size(); ++i) {
    EXPECT_EQ(a.curve[i].step, b.curve[i].step);
    EXPECT_EQ(a.curve[i].training_loss, b.curve[i].training_loss);
    EXPECT_EQ(a.curve[i].validation_loss, b.curve[i].validation_loss);
    EXPECT_EQ(a.curve[i].validation_accuracy, b.curve[i].validation_accuracy);
    EXPECT_EQ(a.curve[i].current_loss, b.curve[i].current_loss);
  }
}

TEST_F(RunTest, PiecesGiveWhatOneLongRunGivesBitForBit) {
  for (const Task& task : tasks_) {
    SCOPED_TRACE(task.name);
    Training whole = make(task, "xielu", 3), pieces = make(task, "xielu", 3);
    whole.advance(25);
    for (const int step : {1, 7, 10, 12, 25}) {
      pieces.advance(step);
      EXPECT_EQ(pieces.measure().curve.back().step, step);
    }
    expect_equal(whole.measure(), pieces.measure());
    const auto a = whole.model().named_parameters(), b = pieces.model().named_parameters();
    for (const auto& item : a) EXPECT_TRUE(at::equal(item.value(), b[item.key()])) << item.key();
  }
}

TEST_F(RunTest, ALineSearchCountsItsProbesAndLearns) {
  for (Task task : tasks_) {
    SCOPED_TRACE(task.name);
    task.warm_up = 0;
    task.optimiser = {.name = OptimiserSpec::Name::gols, .rate = 1e-3};
    Training run = make(task, "relu", 3), pieces = make(task, "relu", 3);
    run.advance(20);
    for (const int step : {1, 8, 20}) pieces.advance(step);
    const Measurement measured = run.measure();
    expect_equal(measured, pieces.measure());
    ASSERT_EQ(measured.figures.size(), 3u);
    EXPECT_EQ(measured.figures[0].name, "probes");
    EXPECT_GE(measured.figures[0].value, 20);
    EXPECT_EQ(measured.figures[1].value, measured.figures[0].value / 20);
    EXPECT_LT(measured.curve.back().training_loss, measured.curve.front().training_loss);
  }
}

TEST_F(RunTest, AnotherSeedGivesAnotherRun) {
  for (const Task& task : tasks_) {
    Training a = make(task, "gelu", 3), b = make(task, "gelu", 4);
    a.advance(3);
    b.advance(3);
    EXPECT_NE(a.measure().curve.back().validation_loss, b.measure().curve.back().validation_loss);
  }
}

TEST_F(RunTest, LearnsWhatCanBeLearned) {
  for (const Task& task : tasks_) {
    SCOPED_TRACE(task.name);
    Training run = make(task, "gelu", 1);
    run.advance(100);
    const Measurement result = run.measure();
    ASSERT_EQ(result.outcome, Outcome::ok) << result.reason;
    EXPECT_EQ(result.curve.size(), 10u);
    EXPECT_GT(result.curve.back().validation_accuracy, 0.8);
    EXPECT_LT(result.curve.back().validation_loss, 0.5 * result.curve.front().validation_loss);
    EXPECT_LT(result.curve.back().training_loss, result.curve.front().training_loss);
  }
}

/// The text task with an encoder that fills in masked tokens.
Task masked_task(const TinyStudy& study) {
  std::string yaml = TinyStudy::tasks("0.02");
  const std::string llama = "{type: llama, layers: 1, width: 16, heads: 2, ffn: 32, context: 8}";
  yaml.replace(yaml.find(llama), llama.size(),
               "{type: bert, layers: 1, width: 16, heads: 2, ffn: 32, context: 8}");
  study.write("study.yaml", yaml);
  return read_tasks(study.path())[1];
}

TEST_F(RunTest, AnEncoderIsAskedForMaskedTokensOnly) {
  const auto data = load_dataset(masked_task(study_));
  double asked = 0, masked = 0, all = 0;
  for (int step = 0; step < 50; ++step) {
    const Batch batch = data->training(7, step);
    const Tensor is_asked = batch.target.ne(kNotAsked), is_mask = batch.input.eq(256);
    EXPECT_FALSE(is_mask.logical_and(is_asked.logical_not()).any().item<bool>());
    EXPECT_GE(is_asked.sum().item<int>(), 1);
    asked += is_asked.sum().item<double>();
    masked += is_mask.sum().item<double>();
    all += static_cast<double>(is_asked.numel());
  }
  EXPECT_NEAR(asked / all, 0.16, 0.03);  // 15 % and one of 64
  EXPECT_NEAR(masked / asked, 0.8, 0.07);
}

TEST_F(RunTest, AnEncoderLearnsAndItsPiecesGiveWhatOneLongRunGives) {
  const Task task = masked_task(study_);
  Training whole = make(task, "gelu", 1), pieces = make(task, "gelu", 1);
  whole.advance(100);
  pieces.advance(37);
  pieces.advance(100);
  expect_equal(whole.measure(), pieces.measure());
  const std::vector<CurvePoint> curve = whole.measure().curve;
  EXPECT_LT(curve.back().validation_loss, 0.7 * curve.front().validation_loss);
}

TEST_F(RunTest, ThetaIsTrainedAndReportedPlaceByPlace) {
  Training run = make(tasks_[0], "xielu", 1);
  const std::vector<double> start = run.measure().theta;
  ASSERT_EQ(start.size(), 2u * 7);
  run.advance(20);
  const Measurement trained = run.measure();
  ASSERT_EQ(trained.outcome, Outcome::ok) << trained.reason;
  const std::vector<double>& after = trained.theta;
  for (std::size_t i = 0; i < start.size(); ++i) {
    EXPECT_NEAR(start[i], 0.8, 1e-6);
    EXPECT_NE(after[i], start[i]) << i;
  }
}

TEST_F(RunTest, DivergenceIsAResultAndTheRunStaysThere) {
  study_.write("study.yaml", TinyStudy::tasks("100"));
  const Task task = read_tasks(study_.path())[0];
  Training run = make(task, "relu2", 1);
  run.advance(30);
  const Measurement result = run.measure();
  EXPECT_EQ(result.outcome, Outcome::diverged);
  EXPECT_LT(result.steps, 30);
  EXPECT_NE(result.reason.find("training loss"), std::string::npos) << result.reason;
  for (const CurvePoint& point : result.curve) EXPECT_TRUE(std::isfinite(point.validation_loss));
  run.advance(60);
  expect_equal(run.measure(), result);
}

TEST_F(RunTest, HowFarTheLossMayRiseIsTheTasksToSay) {
  Task task = tasks_[0];
  task.optimiser.rate = 1e-9;  // the loss differs from batch to batch only
  task.evaluate_every = 1;
  Training patient = make(task, "relu", 1);
  patient.advance(20);
  const std::vector<CurvePoint> curve = patient.measure().curve;
  const auto higher = std::find_if(curve.begin(), curve.end(), [&](const CurvePoint& point) {
    return point.training_loss > curve.front().training_loss;
  });
  ASSERT_NE(higher, curve.end());
  task.diverged = 1;
  Training strict = make(task, "relu", 1);
  strict.advance(20);
  const Measurement result = strict.measure();
  EXPECT_EQ(result.outcome, Outcome::diverged);
  EXPECT_EQ(result.steps, higher->step - 1);
}

TEST_F(RunTest, BatchesDependOnTheSeedAndTheStepOnly) {
  for (const Task& task : tasks_) {
    const auto data = load_dataset(task);
    for (const int step : {0, 1, 40}) {
      const Batch a = data->training(7, step), b = data->training(7, step);
      EXPECT_TRUE(at::equal(a.input, b.input) && at::equal(a.target, b.target));
      EXPECT_FALSE(at::equal(a.input, data->training(7, step + 1).input));
      EXPECT_FALSE(at::equal(a.input, data->training(8, step).input));
    }
  }
}

TEST_F(RunTest, AnEpochShowsEveryImageAtMostOnce) {
  const auto data = load_dataset(tasks_[0]);
  std::vector<Tensor> seen;
  for (int step = 0; step < 140 / 16; ++step)
    for (const Tensor& image : data->training(7, step).input.unbind(0)) seen.push_back(image);
  for (std::size_t i = 0; i < seen.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(at::equal(seen[i], seen[j]));
}

TEST_F(RunTest, AugmentedImagesDependOnTheSeedTheEpochAndTheImage) {
  Task task = tasks_[0];
  task.data.augment = {.crop = 1, .flip = true, .cutout = 2};
  const auto augmented = load_dataset(task), plain = load_dataset(tasks_[0]);
  const Batch a = augmented->training(7, 3), b = augmented->training(7, 3);
  EXPECT_TRUE(at::equal(a.input, b.input));
  EXPECT_FALSE(at::equal(a.input, plain->training(7, 3).input));
  EXPECT_TRUE(at::equal(a.target, plain->training(7, 3).target));
  EXPECT_TRUE(at::equal(augmented->validation()[0].input, plain->validation()[0].input));
  // A batch of one shows the images of larger batches, whatever its place.
  task.batch = 1;
  const auto single = load_dataset(task);
  for (const int i : {0, 5, 15})
    EXPECT_TRUE(at::equal(single->training(7, 3 * 16 + i).input, a.input.narrow(0, i, 1)));
}

TEST_F(RunTest, ShiftedValidationIsMeasuredAndChangesNothingElse) {
  for (Task task : tasks_) {
    const Measurement plain = [&] {
      Training run = make(task, "gelu", 3);
      run.advance(30);
      return run.measure();
    }();
    EXPECT_TRUE(plain.shifts.empty());
    if (task.data.images())
      task.data.shifts = {{Corruption::noise, 1}, {Corruption::noise, 5}};
    else
      task.data.shift_path = task.data.path;
    Training run = make(task, "gelu", 3);
    run.advance(30);
    const Measurement shifted = run.measure();
    expect_equal(plain, shifted);
    ASSERT_EQ(shifted.shifts.size(), task.data.images() ? 2u : 1u);
    const double loss = plain.curve.back().validation_loss;
    if (task.data.images()) {
      EXPECT_EQ(shifted.shifts[1].name, "noise 5");
      EXPECT_GT(shifted.shifts[1].loss, shifted.shifts[0].loss);
      EXPECT_NE(shifted.shifts[0].loss, loss);
    } else {
      EXPECT_EQ(shifted.shifts[0].name, "text");
      EXPECT_NEAR(shifted.shifts[0].loss, loss, 0.2 * loss);  // it is the same text, all of it
    }
  }
}

TEST_F(RunTest, AShiftedTextShorterThanAWindowIsAnError) {
  study_.write("short.txt", "def");
  Task task = tasks_[1];
  task.data.shift_path = std::filesystem::path(study_.path()).parent_path() / "short.txt";
  EXPECT_THROW(load_dataset(task), space::Error);
}

TEST_F(RunTest, ImagesAreScaledAsTheTaskSays) {
  const auto measured = load_dataset(tasks_[0]);
  Task task = tasks_[0];
  task.batch = 140;  // all of them
  const Tensor all = load_dataset(task)->training(1, 0).input.to(at::kDouble);
  EXPECT_NEAR(all.mean().item<double>(), 0, 1e-6);
  EXPECT_NEAR(all.std().item<double>(), 1, 1e-6);
  task.data.mean = {0};
  task.data.deviation = {1.0 / 16};
  const Tensor pixels = load_dataset(task)->training(1, 0).input;
  EXPECT_TRUE(at::equal(pixels, pixels.round()));
  EXPECT_EQ(pixels.max().item<double>(), 16);
}

TEST_F(RunTest, AShareTooSmallForAWindowIsAnError) {
  Task task = tasks_[1];
  task.model.context = 4000;
  EXPECT_THROW(load_dataset(task), space::Error);
  Task images = tasks_[0];
  images.batch = 1000;
  EXPECT_THROW(load_dataset(images), space::Error);
  Task cropped = tasks_[0];
  cropped.data.augment.crop = 8;
  EXPECT_THROW(load_dataset(cropped), space::Error);
}

}  // namespace
}  // namespace antigrad::trainer
