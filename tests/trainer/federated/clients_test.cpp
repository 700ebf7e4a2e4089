// What a run over clients uses is the sum that the formula says, from the clients' own batches.
#include "trainer/federated/clients.hpp"

#include <gtest/gtest.h>

#include "../compiled.hpp"
#include "../fixtures.hpp"
#include "trainer/run.hpp"
#include "trainer/supervised.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Training = Run;  // testing::Test has a Run of its own

Task task_of(const TinyStudy& study, const ClientsSpec& clients) {
  Task task = read_tasks(study.path())[0];
  task.clients = clients;
  task.label_smoothing = 0;
  return task;
}

std::vector<Tensor> gradients(const torch::nn::Module& module) {
  std::vector<Tensor> all;
  for (const Tensor& parameter : module.parameters()) all.push_back(parameter.grad().clone());
  return all;
}

TEST(Clients, TheGradientIsTheMeanOfFadedOnesAndNoise) {
  const TinyStudy study;
  const ClientsSpec spec{
      .count = 3, .concentration = 0.3, .fading = true, .tail = 1.5, .scale = 0.1};
  const Task task = task_of(study, spec);
  const auto data = load_dataset(task);
  const int step = 4;
  Supervised problem(task, data, compiled("gelu"), 7), other(task, data, compiled("gelu"), 7);
  const double loss = problem.differentiate(step);
  const Clients clients(spec, data, task.batch, run_key(task, 7, "clients"));
  Model& model = *other.model();
  std::vector<Tensor> want;
  double losses = 0;
  for (int n = 0; n < 3; ++n) {
    const Batch batch = clients.batch(n, step);
    model.train();
    model.zero_grad();
    const Tensor one = at::cross_entropy_loss(model.forward(batch.input), batch.target);
    one.backward();
    losses += one.item<double>() / 3;
    for (std::size_t p = 0; const Tensor& g : gradients(model)) {
      if (n == 0) want.push_back(at::zeros_like(g));
      want[p++] += g * (clients.gain(n, step) / 3);
    }
  }
  std::vector<Tensor> noise;
  for (const Tensor& g : want) noise.push_back(at::zeros_like(g));
  clients.add_noise(step, noise);
  EXPECT_NEAR(loss, losses, 1e-5);
  const std::vector<Tensor> got = gradients(problem.module());
  for (std::size_t p = 0; p < want.size(); ++p) {
    EXPECT_TRUE(at::allclose(got[p], want[p] + noise[p], 1e-4, 1e-5)) << p;
    EXPECT_GT(noise[p].abs().sum().item<double>(), 0);
  }
}

TEST(Clients, EachSeesImagesOfItsOwnOnly) {
  const TinyStudy study;
  const Task task = task_of(study, {.count = 5, .concentration = 0.05});
  const auto data = load_dataset(task);
  const Clients clients({.count = 5, .concentration = 0.05}, data, 16, 3);
  const std::vector<int> labels = data->labels();
  for (int n = 0; n < 5; ++n) {
    const std::vector<int>& own = clients.parts()[static_cast<std::size_t>(n)];
    std::vector<bool> has(10);
    for (const int i : own)
      has[static_cast<std::size_t>(labels[static_cast<std::size_t>(i)])] = true;
    for (int step = 0; step < 3; ++step) {
      const Batch batch = clients.batch(n, step);
      ASSERT_EQ(batch.target.numel(), 16);
      for (int i = 0; i < 16; ++i)
        EXPECT_TRUE(has[static_cast<std::size_t>(batch.target[i].item<std::int64_t>())]);
    }
    EXPECT_FALSE(at::equal(clients.batch(n, 0).input, clients.batch(n, 1).input));
  }
}

TEST(Clients, ARunLearnsUnderNoiseOfHeavyTailsAndIsAFunctionOfItsSeed) {
  const TinyStudy study;
  Task task = task_of(
      study, {.count = 4, .concentration = 0.5, .fading = true, .tail = 1.5, .scale = 0.01});
  task.optimiser = {.name = OptimiserSpec::Name::adam_ota, .rate = 0.01, .beta2 = 0.3, .tail = 1.5};
  const auto data = load_dataset(task);
  Training one(task, data, compiled("gelu"), 3), other(task, data, compiled("gelu"), 3);
  one.advance(40);
  other.advance(17);
  other.advance(40);
  const auto a = one.model().named_parameters(), b = other.model().named_parameters();
  for (const auto& item : a) EXPECT_TRUE(at::equal(item.value(), b[item.key()])) << item.key();
  const Measurement measured = one.measure();
  EXPECT_LT(measured.curve.back().training_loss, 0.7 * measured.curve.front().training_loss);
}

}  // namespace
}  // namespace antigrad::trainer
