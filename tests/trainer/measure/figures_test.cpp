// Figures of a trained network: means over its layers, and what leaving out weak neurons costs.
#include "trainer/measure/figures.hpp"

#include <gtest/gtest.h>

#include <map>

#include "../compiled.hpp"
#include "../fixtures.hpp"
#include "trainer/measure/layers_measured.hpp"

namespace antigrad::trainer {
namespace {

using at::Tensor;

class FiguresTest : public testing::Test {
 protected:
  FiguresTest() { at::set_num_threads(1); }
  /// Two layers, trained a little.
  trainer::Run& trained(const std::string& activation, bool gated = false) {
    Task task = read_tasks(study_.path())[1];
    task.model.layers = 2;
    task.model.gated = gated;
    data_ = load_dataset(task);
    run_ = std::make_unique<trainer::Run>(task, data_, compiled(activation), 5);
    run_->advance(13);
    return *run_;
  }
  std::map<std::string, double> figures(const MeasureSpec& spec) {
    std::map<std::string, double> all;
    for (const Figure& figure : figures_of(spec, *data_, *run_)) all[figure.name] = figure.value;
    return all;
  }
  double loss() { return run_->measure_on("", data_->validation()).loss; }
  /// Sets what every second matrix of a feed-forward network reads to 0.
  double loss_without_neurons() {
    const HiddenWatch watch(run_->model(), [](const Layer&, const Tensor& hidden, const Tensor&) {
      Tensor in_place = hidden;
      in_place.zero_();
    });
    return loss();
  }

  TinyStudy study_;
  std::shared_ptr<const Dataset> data_;
  std::unique_ptr<trainer::Run> run_;
};

TEST_F(FiguresTest, NothingIsMeasuredUnlessAsked) {
  trained("relu");
  EXPECT_TRUE(figures({}).empty());
  EXPECT_TRUE(figures({.every = 5, .gradients = true, .theta = true}).empty());
}

TEST_F(FiguresTest, AreMeansOverTheLayersOfTheAveragedWeights) {
  trainer::Run& run = trained("relu");
  const MeasureSpec spec{.every = 5, .activations = true, .sparsity = true};
  const auto got = figures(spec);
  Named named;
  run.with_averaged([&](Problem& problem) {
    named = layers_measured(spec, *problem.model(), data_->validation().front());
  });
  const std::map<std::string, double> each(named.begin(), named.end());
  double sparsity = 0, rank = 0, layers = 0;
  for (const auto& [name, value] : each) {
    if (name.starts_with("sparsity/")) sparsity += value, layers += 1;
    if (name.ends_with("/effective_rank")) rank += value;
  }
  EXPECT_EQ(layers, 2);
  EXPECT_DOUBLE_EQ(got.at("sparsity"), sparsity / 2);
  EXPECT_DOUBLE_EQ(got.at("effective rank"), rank / 2);
  EXPECT_GE(got.at("dead units"), 0);
  EXPECT_EQ(got.size(), 3u);
}

TEST_F(FiguresTest, WeakNeuronsAreLeftOut) {
  for (const bool gated : {false, true}) {
    trained("relu2", gated);
    const double whole = loss();
    const double none = loss_without_neurons();
    ASSERT_GT(none - whole, 1e-3) << "the neurons do something";
    const auto got = figures({.every = 5, .cett = {0.001, 0.2, 1000}});
    EXPECT_EQ(got.at("sparsity at 1000"), 1);
    EXPECT_NEAR(got.at("loss at 1000"), none, 1e-9);
    EXPECT_NEAR(got.at("loss at 0.001"), whole, 0.1 * (none - whole));
    EXPECT_NE(got.at("loss at 0.2"), got.at("loss at 0.001"));
    EXPECT_LT(got.at("sparsity at 0.001"), got.at("sparsity at 0.2"));
    EXPECT_LT(got.at("sparsity at 0.2"), 1);
    EXPECT_EQ(loss(), whole) << "nothing of it stays";
  }
}

TEST_F(FiguresTest, TheTrainingGoesOnWithTheSameBits) {
  trained("xielu");
  run_->advance(20);
  const double want = loss();
  trained("xielu");
  figures({.every = 5, .activations = true, .sparsity = true, .cett = {0.1, 0.2}});
  run_->advance(20);
  EXPECT_EQ(loss(), want);
}

}  // namespace
}  // namespace antigrad::trainer
