// A GAN against each player's loss on its own, and its figure against plain loops.
#include "trainer/minmax/gan.hpp"

#include <gtest/gtest.h>

#include "../fixtures.hpp"
#include "games.hpp"
#include "paths.hpp"
#include "space/random.hpp"
#include "trainer/run.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Training = Run;  // testing::Test has a Run of its own

Task gan_task(const TinyStudy& study) {
  Task task = read_tasks(study.path())[0];
  task.problem = {.kind = ProblemSpec::Kind::gan, .latent = 3};
  task.model = {.type = ModelSpec::Type::mlp, .width = 12, .layers = 2};
  task.optimiser = {.rate = 0.05, .momentum = 0};
  task.label_smoothing = 0;
  return task;
}

SharedActivation in_float(const std::string& text) {
  return compile(space::parse_activation(text));
}

std::shared_ptr<Model> player(Gan& gan, const char* name) {
  return std::dynamic_pointer_cast<Model>(gan.module().named_children()[name]);
}

TEST(GanGame, EachPlayerHasTheGradientOfItsOwnLoss) {
  const TinyStudy study;
  const Task task = gan_task(study);
  const auto data = load_dataset(task);
  Gan gan(task, data, in_float("gelu"), 7), other(task, data, in_float("gelu"), 7);
  const double loss = gan.differentiate(2);
  const Tensor real = data->training(run_key(task, 7, "batches"), 2).input;
  const Tensor fake = other.generate(real.size(0), space::child_seed(run_key(task, 7, "noise"), 2));
  const auto critic = player(other, "critic"), generator = player(other, "generator");
  // The generator's loss E log(1 - s(D(G(z)))), then the critic's, the cross-entropy of real and
  // fake.
  const Tensor generated = at::log(1 - at::sigmoid(critic->forward(fake))).mean();
  generated.backward();
  for (const auto& item : player(gan, "generator")->named_parameters())
    EXPECT_TRUE(at::allclose(item.value().grad(), generator->named_parameters()[item.key()].grad(),
                             1e-3, 1e-6))
        << item.key();
  critic->zero_grad();
  const Tensor entropy = -at::log(at::sigmoid(critic->forward(real))).mean() -
                         at::log(1 - at::sigmoid(critic->forward(fake.detach()))).mean();
  entropy.backward();
  for (const auto& item : player(gan, "critic")->named_parameters())
    EXPECT_TRUE(at::allclose(item.value().grad(), critic->named_parameters()[item.key()].grad(),
                             1e-3, 1e-6))
        << item.key();
  EXPECT_NEAR(loss, entropy.item<double>(), 1e-5);
}

TEST(GanGame, TheEnergyDistanceIsTheSumOverPairs) {
  const Tensor a = at::tensor({0., 0., 1., 0., 0., 2.}, at::kDouble).view({3, 2}),
               b = at::tensor({1., 1., -1., 0.}, at::kDouble).view({2, 2});
  const auto mean = [](const Tensor& p, const Tensor& q) {
    double sum = 0;
    for (std::int64_t i = 0; i < p.size(0); ++i)
      for (std::int64_t j = 0; j < q.size(0); ++j)
        sum += std::hypot((p[i][0] - q[j][0]).item<double>(), (p[i][1] - q[j][1]).item<double>());
    return sum / static_cast<double>(p.size(0) * q.size(0));
  };
  EXPECT_NEAR(energy_distance(a, b), 2 * mean(a, b) - mean(a, a) - mean(b, b), 1e-12);
  EXPECT_NEAR(energy_distance(a, a), 0, 1e-12);
}

TEST(GanGame, ItComesNearerToTheImagesAndIsAFunctionOfItsSeed) {
  const TinyStudy study;
  Task task = gan_task(study);
  task.model = {.type = ModelSpec::Type::mlp, .width = 32, .layers = 1};
  task.data.path = std::string(ANTIGRAD_DEPS_DIR) + "/data/digits.csv.gz";
  task.problem.latent = 4;
  task.batch = 32;
  task.optimiser.rate = 0.1;
  task.evaluate_every = 60;
  const auto data = load_dataset(task);
  Training run(task, data, in_float("gelu"), 1), other(task, data, in_float("gelu"), 1);
  const double before = run.measure().curve.back().current_loss;
  run.advance(120);
  other.advance(50);
  other.advance(120);
  const Measurement after = run.measure();
  EXPECT_EQ(after.outcome, Outcome::ok) << after.reason;
  EXPECT_LT(after.curve.back().current_loss, 0.6 * before);
  EXPECT_EQ(after.curve.back().current_loss, other.measure().curve.back().current_loss);
  ASSERT_EQ(after.figures.size(), 1u);
  EXPECT_EQ(after.figures[0].name, "spread");
  EXPECT_GT(after.figures[0].value, 0.1);
}

}  // namespace
}  // namespace antigrad::trainer
