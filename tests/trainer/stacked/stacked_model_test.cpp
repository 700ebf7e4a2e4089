// K candidates trained as one network against each trained by itself.
#include "trainer/stacked/stacked_model.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <utility>

#include "space/error.hpp"
#include "space/yaml.hpp"
#include "trainer/models/families.hpp"
#include "trainer/optimiser.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

const int kSteps = std::getenv("ANTIGRAD_FULL") ? 20 : 8;
const std::vector<std::string> kCandidates = {"relu", "prelu", "mish", "sine"};

struct Case {
  const char *model, *optimiser;
  InputShape input;
  bool amplifies =
      false;  // so deep and narrow that 20 steps make more of float32's rounding than 1e-4
};

const std::vector<Case> kCases = {
    {"{type: resnet, depth: 8, width: 4}", "sgd", {3, 8, 8, 10}},
    {"{type: resnet, depth: 8, width: 4, activations: {stem: tanh}}", "adamw", {1, 28, 28, 10}},
    {"{type: wide_resnet, depth: 10, width: 4, widen: 2}", "sgd", {3, 8, 8, 10}},
    {"{type: vgg, depth: 11, width: 4}", "sgd", {3, 32, 32, 10}},
    {"{type: mobilenet, width: 4}", "sgd", {3, 16, 16, 10}, true},
    {"{type: alexnet, width: 2}", "sgd", {3, 16, 16, 10}},
    {"{type: vanilla, layers: 2, width: 3, series: 1}", "sgd", {1, 16, 16, 10}},
    {"{type: mlp, layers: 3, width: 16, norm: true, skip: true}", "adamw", {1, 8, 8, 10}},
    {"{type: mlp, layers: 2, width: 9, activations: {stem: maxout}}", "sgd", {1, 8, 8, 10}},
    {"{type: llama, layers: 2, width: 24, heads: 6, kv_heads: 2, ffn: 36, gated: true, context: "
     "10}",
     "adamw",
     {.classes = 29}},
    {"{type: bert, layers: 1, width: 24, heads: 3, ffn: 40, context: 10}",
     "adamw",
     {.classes = 29}},
    {"{type: nplm, layers: 2, width: 7, ffn: 20, context: 5}", "adamw", {.classes = 29}},
};

std::vector<SharedActivation> candidates(kernels::Type type) {
  std::vector<SharedActivation> all;
  for (const std::string& text : kCandidates)
    all.push_back(compile(space::parse_activation(text), {.type = type}));
  return all;
}

Task task_of(const Case& c) {
  Task task;
  task.model = read_model(space::Yaml::parse(c.model));
  task.optimiser.name =
      c.optimiser == std::string("sgd") ? OptimiserSpec::Name::sgd : OptimiserSpec::Name::adamw;
  task.optimiser.rate = c.optimiser == std::string("sgd") ? 0.005 : 0.002;
  task.optimiser.weight_decay = 0.01;
  task.optimiser.clip = 1;  // of a candidate by itself
  task.steps = kSteps;
  return task;
}

struct Batch {
  Tensor input, target;
};

Batch batch_of(const Case& c, const Task& task, int step, at::ScalarType type) {
  const auto generator = at::make_generator<at::CPUGeneratorImpl>(static_cast<std::uint64_t>(step));
  if (family_of(task.model.type).input == Family::Input::images) {
    const Tensor target = at::arange(12, at::kLong).remainder(c.input.classes);
    const Tensor noise =
        at::randn({12, c.input.channels, c.input.height, c.input.width}, generator, at::kDouble);
    return {(noise + 0.2 * target.view({-1, 1, 1, 1})).to(type), target};
  }
  const Tensor tokens =
      at::randint(c.input.classes, {6, task.model.context + 1}, generator, at::kLong);
  return {tokens.narrow(1, 0, task.model.context).contiguous(),
          tokens.narrow(1, 1, task.model.context).flatten()};
}

Tensor loss_of(const Tensor& logits, const Tensor& target) {
  return at::cross_entropy_loss(logits.flatten(0, -2), target);
}

std::vector<double> losses_alone(const Case& c, const SharedActivation& candidate) {
  const Task task = task_of(c);
  const auto model = make_model(task.model, c.input, candidate, 5);
  Optimiser optimiser(task, *model);
  std::vector<double> losses;
  for (int step = 0; step < kSteps; ++step) {
    const Batch batch = batch_of(c, task, step, model->parameters().front().scalar_type());
    model->train();
    const Tensor loss = loss_of(model->forward(batch.input), batch.target);
    optimiser.clear_gradients();
    loss.backward();
    optimiser.update(step);
    losses.push_back(loss.item<double>());
  }
  return losses;
}

/// broken: a candidate whose first weights are NaN.
std::vector<std::vector<double>> losses_stacked(const Case& c,
                                                const std::vector<SharedActivation>& all,
                                                int broken = -1) {
  const Task task = task_of(c);
  StackedModel stacked(task.model, c.input, all, 5);
  if (broken >= 0) {
    const at::NoGradGuard no_grad;
    stacked.models()[static_cast<std::size_t>(broken)]->parameters().front().fill_(std::nan(""));
  }
  std::vector<std::unique_ptr<Optimiser>> optimisers;
  for (const auto& model : stacked.models())
    optimisers.push_back(std::make_unique<Optimiser>(task, *model));
  std::vector<std::vector<double>> losses(all.size());
  for (int step = 0; step < kSteps; ++step) {
    const Batch batch =
        batch_of(c, task, step, stacked.models().front()->parameters().front().scalar_type());
    const Tensor logits = stacked.forward(batch.input);
    Tensor sum = at::zeros({});
    for (std::size_t k = 0; k < all.size(); ++k) {
      const Tensor loss = loss_of(logits[static_cast<std::int64_t>(k)], batch.target);
      losses[k].push_back(loss.item<double>());
      sum = sum + loss;
    }
    stacked.clear_gradients();
    sum.backward();
    stacked.share_gradients();
    for (const auto& optimiser : optimisers) optimiser->update(step);
  }
  return losses;
}

/// In float64 they are the same but for rounding; in float32 training amplifies what it rounds.
TEST(StackedModelTest, EveryCandidateHasTheLossesOfItsOwnRun) {
  at::set_num_threads(1);
  for (const auto& [type, tolerance] :
       {std::pair{kernels::Type::f64, 1e-9}, std::pair{kernels::Type::f32, 1e-4}})
    for (const Case& c : kCases) {
      if (c.amplifies && type == kernels::Type::f32) continue;
      const auto all = candidates(type);
      const auto stacked = losses_stacked(c, all);
      for (std::size_t k = 0; k < all.size(); ++k) {
        const std::vector<double> alone = losses_alone(c, all[k]);
        for (std::size_t step = 0; step < static_cast<std::size_t>(kSteps); ++step)
          EXPECT_NEAR(stacked[k][step], alone[step], tolerance)
              << c.model << " " << kCandidates[k] << " step " << step;
        EXPECT_NE(alone.front(), alone.back());
      }
    }
}

TEST(StackedModelTest, ACandidateThatIsNotFiniteLeavesTheOthersAlone) {
  at::set_num_threads(1);
  const Case& c = kCases.front();
  const auto all = candidates(kernels::Type::f32);
  const auto good = losses_stacked(c, all), bad = losses_stacked(c, all, 1);
  EXPECT_TRUE(std::isfinite(good[1].back()));
  EXPECT_FALSE(std::isfinite(bad[1].back()));
  EXPECT_EQ(good[0], bad[0]);
  EXPECT_EQ(good[2], bad[2]);
}

TEST(StackedModelTest, WhatCannotBeStackedSaysSo) {
  const auto graph = std::make_shared<Adjacency>(Adjacency{{{0, 1}}, {2}});
  const InputShape input{.channels = 3, .classes = 2, .graph = graph};
  try {
    StackedModel stacked(read_model(space::Yaml::parse("{type: gcn, layers: 2, width: 4}")), input,
                         candidates(kernels::Type::f32), 1);
    FAIL() << "no error";
  } catch (const space::Error& error) {
    EXPECT_NE(std::string(error.what()).find("cannot be stacked"), std::string::npos);
  }
}

}  // namespace
}  // namespace antigrad::trainer
