// Steps that are one graph, against the same steps without, bit for bit: weights, moments, counts,
// averages, losses and curve, by all that a checkpoint holds. The graphs are recorded on the host
// device.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "host_device.hpp"
#include "recorded_graph.hpp"
#include "space/gain.hpp"
#include "tests/trainer/compiled.hpp"
#include "tests/trainer/fixtures.hpp"
#include "trainer/device/device_number.hpp"
#include "trainer/measure/checkpoint.hpp"
#include "trainer/measure/layers_measured.hpp"
#include "trainer/own_rate.hpp"
#include "trainer/run.hpp"
#include "trainer/stacked/together.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Training = Run;  // testing::Test has a Run of its own
using Pointer = std::unique_ptr<Training>;

const Compute kPlain{.device = {at::kPrivateUse1, 0}};
const Compute kGraphs{.device = {at::kPrivateUse1, 0}, .graphs = recorded_graph};

class GraphedTrainingTest : public testing::Test {
 protected:
  void SetUp() override {
    use_stand_in();
    at::set_num_threads(1);
    tasks_ = read_tasks(study_.path());
    for (const Task& task : tasks_) data_.push_back(load_dataset(task));
  }

  /// With what changes from step to step: warm-up and a falling rate; clipping; points of the
  /// curve, for which weights and averages are exchanged.
  Task varied(std::size_t t, OptimiserSpec::Name name = OptimiserSpec::Name::sgd) const {
    Task task = tasks_[t];
    task.optimiser.name = name;
    task.optimiser.rate = name == OptimiserSpec::Name::sgd ? 0.02 : 0.003;
    task.optimiser.weight_decay = 0.1;
    task.optimiser.clip = 0.7;
    task.optimiser.theta_rate = 0.005;
    task.optimiser.theta_weight_decay = 0.2;
    task.schedule.shape = ScheduleSpec::Shape::cosine;
    task.average = 0.8;
    task.evaluate_every = 3;
    return task;
  }

  Pointer run(const Task& task, const Compute& compute, const char* activation = "prelu") const {
    const space::Activation f = space::parse_activation(activation);
    return std::make_unique<Training>(task, data_[task.name == tasks_[0].name ? 0 : 1],
                                      compile(task.normalise ? space::normalised(f) : f), 5,
                                      compute);
  }

  std::string path() const {
    return (std::filesystem::path(study_.path()).parent_path() / "one.run").string();
  }

  std::string all_of(Training& training) const {
    save_checkpoint(training, path());
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }

  void expect_equal(Training& graphed, Training& plain, const std::string& what) const {
    EXPECT_EQ(std::bit_cast<std::int64_t>(graphed.last_loss()),
              std::bit_cast<std::int64_t>(plain.last_loss()))
        << what;
    EXPECT_TRUE(all_of(graphed) == all_of(plain)) << what;
  }

  /// Step for step. graphs: that are captured meanwhile.
  void expect_equal_steps(Training& graphed, Training& plain, int last, int graphs) const {
    const int before = recordings();
    while (plain.step() < last && !plain.diverged()) {
      plain.advance(plain.step() + 1);
      graphed.advance(graphed.step() + 1);
      expect_equal(graphed, plain, "step " + std::to_string(plain.step()));
      if (HasFailure()) return;
    }
    EXPECT_EQ(recordings() - before, graphs);
  }

  TinyStudy study_;
  std::vector<Task> tasks_;
  std::vector<std::shared_ptr<const Dataset>> data_;
};

using Name = OptimiserSpec::Name;

TEST_F(GraphedTrainingTest, AWholeStepMovesWeightsMomentsAndAveragesByTheSameBits) {
  std::vector<Task> tasks = {varied(0, Name::sgd), varied(0, Name::adamw), varied(1, Name::adamw)};
  tasks.push_back(varied(0, Name::sgd));
  tasks.back().optimiser.nesterov = true;
  tasks.push_back(varied(0, Name::sgd));
  tasks.back().optimiser.momentum = 0;
  tasks.back().optimiser.clip = 0;
  tasks.push_back(varied(0, Name::adamw));
  tasks.back().optimiser.theta_rate = 0;  // theta stays
  tasks.back().optimiser.theta_weight_decay = 0;
  for (const Task& task : tasks) {
    const Pointer graphed = run(task, kGraphs), plain = run(task, kPlain);
    EXPECT_TRUE(graphed->whole());
    EXPECT_FALSE(plain->whole());
    expect_equal_steps(*graphed, *plain, 9, 1);
  }
}

TEST_F(GraphedTrainingTest, WhatCannotBeCapturedStandsBesideTheGraphOfThePasses) {
  std::vector<Task> tasks(4, varied(0));
  tasks[0].optimiser.interpolation.kind = InterpolationSpec::Kind::lookahead;
  tasks[1].optimiser.interpolation.kind = InterpolationSpec::Kind::rapp;
  tasks[2].optimiser.name = Name::adam_ota;
  tasks[3].optimiser.name = Name::gols;
  for (const Task& task : tasks) {
    const Pointer graphed = run(task, kGraphs), plain = run(task, kPlain);
    EXPECT_FALSE(graphed->whole());
    expect_equal_steps(*graphed, *plain, 9, 1);
  }
}

TEST_F(GraphedTrainingTest, ACheckpointIsReadIntoWhatTheGraphMoves) {
  const Task task = varied(0, Name::adamw);
  const Pointer first = run(task, kPlain), plain = run(task, kPlain);
  first->advance(7);
  plain->advance(16);
  for (const int already : {0, 2, 12}) {
    const Pointer graphed = run(task, kGraphs);
    graphed->advance(already);
    save_checkpoint(*first, path());
    load_checkpoint(*graphed, path());
    EXPECT_EQ(graphed->step(), 7);
    graphed->advance(16);
    expect_equal(*graphed, *plain, "read after step " + std::to_string(already));
  }
}

/// The replay that finds the loss too large has the update in it; it must not have been made.
TEST_F(GraphedTrainingTest, AStepThatEndsTheRunMovesNothing) {
  for (const Name name : {Name::sgd, Name::adamw})
    for (const bool beyond_numbers : {false, true}) {
      Task task = varied(0, name);
      task.optimiser.clip = 0;
      task.schedule = {.shape = ScheduleSpec::Shape::step, .at = {5}};  // where the rate jumps
      task.schedule.factor = beyond_numbers ? 1e30 : 1000;
      task.diverged = beyond_numbers ? 1e30 : 1.2;
      const Pointer graphed = run(task, kGraphs), plain = run(task, kPlain);
      expect_equal_steps(*graphed, *plain, 20, 1);
      EXPECT_TRUE(graphed->diverged());
      EXPECT_GT(graphed->step(), 3) << "it was captured before";
    }
}

/// Norms before they are clipped.
struct Looks : Observer {
  void gradients(int, double loss, Problem& problem) override {
    seen.emplace_back("loss", loss);
    for (const auto& norm : gradient_norms(problem.module())) seen.push_back(norm);
  }
  void updated(int, Problem&) override {}
  void point(const CurvePoint&) override {}
  Named seen;
};

TEST_F(GraphedTrainingTest, WhoLooksOnSeesTheGradientsBetweenPassAndUpdate) {
  const Task task = varied(0);
  Looks there, here;
  const Pointer graphed = run(task, kGraphs), plain = run(task, kPlain);
  graphed->observe(&there);
  plain->observe(&here);
  EXPECT_FALSE(graphed->whole());
  expect_equal_steps(*graphed, *plain, 8, 1);
  EXPECT_EQ(there.seen, here.seen);
  graphed->observe(nullptr);
  EXPECT_TRUE(graphed->whole());
  expect_equal_steps(*graphed, *plain, 14, 1);
}

class GraphedStackTest : public GraphedTrainingTest {
 protected:
  struct Stack {
    std::vector<Pointer> runs;
    std::vector<Training*> all() const {
      std::vector<Training*> pointers;
      for (const Pointer& one : runs) pointers.push_back(one.get());
      return pointers;
    }
  };

  /// The last one at a rate of its own, so large that it diverges.
  Stack stack(const Task& task, const Compute& compute, double last_factor = 1) const {
    Stack made;
    for (const char* const activation : {"silu", "mish", "prelu"})
      made.runs.push_back(run(task, compute, activation));
    made.runs.push_back(run(at_rate(task, last_factor), compute, "gelu"));
    return made;
  }

  void expect_equal_losses(const Losses& a, const Losses& b) const {
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t k = 0; k < a.size(); ++k)
      for (std::size_t step = 0; step < b[k].size(); ++step)
        EXPECT_TRUE(a[k][step] == b[k][step] || (std::isnan(a[k][step]) && std::isnan(b[k][step])))
            << k << ", step " << step;
  }

  void expect_equal_stacks(const Stack& graphed, const Stack& plain) const {
    for (std::size_t k = 0; k < plain.runs.size(); ++k)
      expect_equal(*graphed.runs[k], *plain.runs[k], "candidate " + std::to_string(k));
  }
};

TEST_F(GraphedStackTest, AStepOfAllCandidatesIsOneGraphAndMovesEachByTheSameBits) {
  for (const Name name : {Name::sgd, Name::adamw}) {
    Task task = varied(0, name);
    task.normalise = true;
    const Stack graphed = stack(task, kGraphs), plain = stack(task, kPlain);
    const int before = recordings();
    const Losses got = advance_together(graphed.all(), task, *data_[0], 12),
                 want = advance_together(plain.all(), task, *data_[0], 12);
    EXPECT_EQ(recordings() - before, 1);
    expect_equal_losses(got, want);
    expect_equal_stacks(graphed, plain);
  }
}

TEST_F(GraphedStackTest, ACandidateThatDivergedStaysWhereItWasWhileTheOthersGoOn) {
  Task task = varied(0);
  task.diverged = 1.3;
  task.optimiser.clip = 0;
  task.warm_up = 20;
  const Stack graphed = stack(task, kGraphs, 150), plain = stack(task, kPlain, 150);
  const Losses got = advance_together(graphed.all(), task, *data_[0], 14),
               want = advance_together(plain.all(), task, *data_[0], 14);
  ASSERT_TRUE(plain.runs.back()->diverged());
  EXPECT_GT(plain.runs.back()->step(), 3) << "it was captured before";
  EXPECT_LT(plain.runs.back()->step(), 12);
  expect_equal_losses(got, want);
  expect_equal_stacks(graphed, plain);
}

/// A stack lays the weights of its members elsewhere, where their own graphs do not know them.
TEST_F(GraphedStackTest, RunsGoInAndOutOfStacks) {
  const Task task = varied(0);
  const Stack graphed = stack(task, kGraphs), plain = stack(task, kPlain);
  for (const int until : {6, 12}) {
    for (const Stack* const one : {&graphed, &plain}) {
      advance_together(one->all(), task, *data_[0], until - 5);
      for (Training* const alone : one->all()) alone->advance(until);
    }
    expect_equal_stacks(graphed, plain);
  }
}

/// Or the recordings would prove nothing.
TEST(RecordedGraphTest, ItKeepsAddressesAndNumbersAndDoesNothingYet) {
  use_stand_in();
  const auto there = at::TensorOptions(host_device());
  const Tensor x = at::ones({3}, there), y = at::zeros({3}, there);
  DeviceNumber factor(host_device());
  factor.set(2);
  double number = 10;
  const std::unique_ptr<StepGraph> graph(recorded_graph());
  graph->begin();
  y.copy_(x * factor.tensor() + number);
  graph->end();
  const auto first = [](const Tensor& t) { return t.cpu()[0].item<double>(); };
  EXPECT_EQ(first(y), 0);
  number = 20;
  factor.set(3);
  graph->replay();
  EXPECT_EQ(first(y), 13);
  const Tensor before = x.detach();  // or its memory would be given back
  Tensor moved = x;
  moved.set_data(at::full({3}, 5., there));
  graph->replay();
  EXPECT_EQ(first(y), 13) << "where x was, not where it is";
  const std::unique_ptr<StepGraph> another(recorded_graph());
  another->begin();
  EXPECT_THROW((void)y.cpu(), c10::Error);
  EXPECT_THROW((void)y.sum().item<double>(), c10::Error);
  EXPECT_THROW((void)at::ones({3}).to(host_device()), c10::Error);
  another->end();
}

}  // namespace
}  // namespace antigrad::trainer
