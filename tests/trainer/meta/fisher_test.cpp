// The Fisher spectrum of small networks against the whole matrix.
#include "trainer/meta/fisher.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>

#include "../fixtures.hpp"
#include "in_double.hpp"
#include "space/error.hpp"
#include "trainer/problem.hpp"
#include "trainer/spectrum.hpp"

namespace antigrad::trainer {
namespace {

class FisherTest : public testing::Test {
 protected:
  FisherTest() { at::set_num_threads(1); }

  static std::string study(const std::string& model) {
    return "tasks:\n  - name: images\n    model: " + model +
           "\n    data: {format: digits, path: digits.csv, validation: 0.2}\n"
           "    optimiser: {name: sgd, rate: 0.1}\n    batch: 12\n    steps: 4\n";
  }

  TinyStudy study_;
};

TEST_F(FisherTest, TheGramMatrixHasTheEigenvaluesOfTheWholeMatrix) {
  study_.write("study.yaml", study("{type: mlp, layers: 2, width: 4, norm: true}"));
  const Task task = read_tasks(study_.path())[0];
  const InDouble data(load_dataset(task));
  const auto model = make_model(task.model, data.input(), in_double("xielu"), 3);
  const Batch batch = data.training(1, 0);
  const at::Tensor gradients = example_gradients(*model, batch, 5);
  std::int64_t numbers = 0;
  for (const at::Tensor& weight : model->parameters()) numbers += weight.numel();
  ASSERT_EQ(gradients.sizes(), (std::vector<std::int64_t>{5, numbers}));
  const at::Tensor whole = at::linalg_eigvalsh(at::matmul(gradients.t(), gradients) / 5).flip(0);
  const at::Tensor got = fisher_eigenvalues(gradients);
  ASSERT_EQ(got.numel(), 5);
  EXPECT_LT((got - whole.narrow(0, 0, 5)).abs().max().item<double>(),
            1e-12 * whole[0].item<double>());
  EXPECT_LT(whole[5].item<double>(), 1e-12 * whole[0].item<double>());
  EXPECT_GT(got[4].item<double>(), 1e-9 * got[0].item<double>());
}

TEST_F(FisherTest, RowsSumToTheGradientOfTheMean) {
  study_.write("study.yaml", study("{type: mlp, layers: 2, width: 4, norm: true}"));
  const Task task = read_tasks(study_.path())[0];
  const auto dataset = std::make_shared<InDouble>(load_dataset(task));
  const std::uint64_t seed = 3;
  const std::unique_ptr<Problem> problem = make_problem(task, dataset, in_double("xielu"), seed);
  problem->differentiate(0);
  const Batch batch = dataset->training(run_key(task, seed, "batches"), 0);
  const at::Tensor mean = example_gradients(*problem->model(), batch, 12).mean(0);
  std::vector<at::Tensor> want;
  for (const at::Tensor& weight : problem->model()->parameters())
    want.push_back(weight.grad().reshape({-1}));
  EXPECT_LT((mean - at::cat(want)).norm().item<double>(), 1e-12 * mean.norm().item<double>());
}

// As it trains: a study that normalises does not see the scale of an activation.
TEST_F(FisherTest, IsThatOfTheNormalisedActivationWhereTheStudyNormalises) {
  for (const bool normalised : {true, false}) {
    study_.write("study.yaml",
                 TinyStudy::tasks("0.02") + fmt::format("normalise: {}\n", normalised));
    const std::unique_ptr<Spectrum> spectrum(antigrad_open_spectrum(study_.path().c_str(), 6));
    const auto one = spectrum->eigenvalues("0 | 0 | 1"), three = spectrum->eigenvalues("0 | 0 | 3");
    ASSERT_EQ(one.size(), 2u);
    for (std::size_t task = 0; task < one.size(); ++task)
      EXPECT_EQ(std::abs(three[task].at(0) / one[task].at(0) - 1) < 1e-3, normalised) << task;
  }
}

TEST_F(FisherTest, EveryTaskHasASpectrumOfItsOwnAndAnActivationChangesIt) {
  const std::unique_ptr<Spectrum> spectrum(antigrad_open_spectrum(study_.path().c_str(), 6));
  const auto relu = spectrum->eigenvalues("relu"), gelu = spectrum->eigenvalues("gelu");
  ASSERT_EQ(relu.size(), 2u);
  for (const std::vector<double>& task : relu) {
    ASSERT_EQ(task.size(), 6u);
    EXPECT_TRUE(std::ranges::is_sorted(task, std::ranges::greater{}));
    EXPECT_GT(task[0], 0);
  }
  EXPECT_NE(relu, gelu);
  EXPECT_EQ(relu, spectrum->eigenvalues("relu"));
  EXPECT_TRUE(spectrum->eigenvalues("1e30*relu(x)").empty());  // not finite
}

TEST_F(FisherTest, AGameHasNone) {
  study_.write(
      "study.yaml",
      "tasks:\n  - name: toy\n    problem: {name: bilinear}\n    optimiser: {name: sgd, rate: "
      "0.1}\n    steps: 4\n");
  EXPECT_THROW(antigrad_open_spectrum(study_.path().c_str(), 4), space::Error);
}

}  // namespace
}  // namespace antigrad::trainer
