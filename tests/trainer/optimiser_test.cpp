// Averaged weights and label smoothing against plain sums; tests/oracle/optimisers.py holds the
// optimisers against torch's.
#include "trainer/optimiser.hpp"

#include <gtest/gtest.h>
#include <torch/nn/utils/clip_grad.h>

#include <algorithm>
#include <cmath>

#include "compiled.hpp"
#include "fixtures.hpp"
#include "trainer/run.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;
using Training = Run;  // testing::Test has a Run of its own

std::vector<Tensor> state(const Model& model) {
  std::vector<Tensor> all;
  for (const Tensor& parameter : model.parameters()) all.push_back(parameter.detach());
  for (const Tensor& buffer : model.buffers()) all.push_back(buffer);
  return all;
}

TEST(OptimiserTest, AveragesAreTheRecurrenceOverWeightsAndBatchStatistics) {
  const TinyStudy study;
  const Task task = read_tasks(study.path())[0];
  const auto model = make_model(task.model, {1, 8, 8, 10}, compiled("gelu"), 3);
  ASSERT_FALSE(model->buffers().empty());
  AveragedWeights average(0.6, *model);
  std::vector<Tensor> want;
  for (const Tensor& tensor : state(*model)) want.push_back(tensor.to(at::kDouble));
  for (int step = 0; step < 12; ++step) {
    const double decay = std::min(0.6, (1. + step) / (10. + step));
    const std::vector<Tensor> current = state(*model);
    for (std::size_t i = 0; i < current.size(); ++i) {
      Tensor moved = current[i];
      moved.add_(0.1 * (step + 1));
      want[i] = decay * want[i] + (1 - decay) * moved.to(at::kDouble);
    }
    average.update(step);
  }
  std::vector<Tensor> before;
  for (const Tensor& tensor : state(*model)) before.push_back(tensor.clone());
  average.exchange();
  const std::vector<Tensor> averaged = state(*model);
  for (std::size_t i = 0; i < want.size(); ++i)
    EXPECT_TRUE(at::allclose(averaged[i].to(at::kDouble), want[i], 1e-5, 1e-5)) << i;
  average.exchange();
  const std::vector<Tensor> after = state(*model);
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_TRUE(at::equal(after[i], before[i])) << i;
}

/// But nothing waits for the norm, so that a CUDA graph can hold it.
TEST(OptimiserTest, ClippingIsTorchsToTheBit) {
  const TinyStudy study;
  Task task = read_tasks(study.path())[0];
  for (const double most : {0.01, 0.7, 1e3}) {
    task.optimiser.clip = most;
    const auto ours = make_model(task.model, {1, 8, 8, 10}, compiled("xielu"), 3),
               torchs = make_model(task.model, {1, 8, 8, 10}, compiled("xielu"), 3);
    std::vector<Tensor> mine = ours->parameters(), others = torchs->parameters();
    for (std::size_t i = 1; i < mine.size(); ++i) {  // the first one has no gradient
      const auto random = at::make_generator<at::CPUGeneratorImpl>(i);
      mine[i].mutable_grad() =
          at::empty_like(mine[i].detach()).copy_(at::randn(mine[i].sizes(), random));
      others[i].mutable_grad() = mine[i].grad().clone();
    }
    Optimiser(task, *ours).update(0);
    torch::nn::utils::clip_grad_norm_(others, most);
    for (std::size_t i = 1; i < mine.size(); ++i)
      EXPECT_TRUE(mine[i].grad().equal(others[i].grad())) << most << ", parameter " << i;
  }
}

/// Mean over the rows of -sum_c q_c log p_c, q = (1 - s) of the target and s / classes of all.
double smoothed_loss(const Tensor& logits, const Tensor& target, double s) {
  double sum = 0;
  for (std::int64_t row = 0; row < logits.size(0); ++row) {
    double total = 0, mean = 0;
    for (std::int64_t c = 0; c < logits.size(1); ++c) {
      total += std::exp(logits[row][c].item<double>());
      mean += logits[row][c].item<double>() / static_cast<double>(logits.size(1));
    }
    const double right = logits[row][target[row].item<std::int64_t>()].item<double>();
    sum += std::log(total) - (1 - s) * right - s * mean;
  }
  return sum / static_cast<double>(logits.size(0));
}

TEST(OptimiserTest, TheFirstTrainingLossIsTheSmoothedOne) {
  const TinyStudy study;
  Task task = read_tasks(study.path())[0];
  const auto data = load_dataset(task);
  task.evaluate_every = 1;
  const auto key = [&](const char* use) {
    return space::child_seed(space::child_seed(7, task.name), use);
  };
  for (const double smoothing : {0., 0.1, 0.5}) {
    task.label_smoothing = smoothing;
    Training run(task, data, compiled("gelu"), 7);
    run.advance(1);
    const auto model = make_model(task.model, data->input(), compiled("gelu"), key("weights"));
    model->train();
    const Batch batch = data->training(key("batches"), 0);
    const double want =
        smoothed_loss(model->forward(batch.input).detach(), batch.target, smoothing);
    EXPECT_NEAR(run.measure().curve.at(0).training_loss, want, 1e-5) << smoothing;
  }
}

}  // namespace
}  // namespace antigrad::trainer
