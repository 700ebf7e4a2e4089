// Supernets: the mixture's text, its gradients against finite differences, and a search that finds
// what helps.
#include "trainer/meta/one_shot.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "../fixtures.hpp"
#include "in_double.hpp"
#include "space/error.hpp"
#include "space/expr.hpp"
#include "trainer/meta/supernet.hpp"

namespace antigrad::trainer {
namespace {

TEST(Mixture, SharesOfASideAddUpAndItsGradientIsTheirSum) {
  const Mixture mixture({"1", "-exp", "tanh"}, {"x", "sech2"});
  const std::vector<double> logits = {0.3, -0.2, 1, 0.5, -0.5};
  const std::vector<double> shares = mixture.softmax(logits, 0.5);
  EXPECT_NEAR(shares[0] + shares[1] + shares[2], 1, 1e-15);
  EXPECT_NEAR(shares[3] + shares[4], 1, 1e-15);
  EXPECT_NEAR(shares[3] / shares[4], std::exp(2), 1e-12);
  const space::Activation& a = mixture.activation();
  std::vector<double> theta = space::starts_of(a.parameters);
  for (std::size_t k = 0; k < shares.size(); ++k) theta[mixture.shares()[k]] = shares[k];
  const auto g = [&](double x) { return space::value(a.g, x, theta); };
  EXPECT_NEAR(g(-0.7), shares[0] - shares[1] * std::exp(-0.7) + shares[2] * std::tanh(-0.7), 1e-14);
  EXPECT_NEAR(g(1.5), shares[3] * 1.5 + shares[4] / std::pow(std::cosh(1.5), 2), 1e-14);
  const auto f = [&](double x) { return space::value(a.f, x, theta); };
  EXPECT_NEAR((f(-0.7 + 1e-5) - f(-0.7 - 1e-5)) / 2e-5, g(-0.7), 1e-9);
}

TEST(Mixture, PullsGradientsBackThroughTheSoftmax) {
  const Mixture mixture({"1", "exp"}, {"x", "1", "tanh"});
  const std::vector<double> logits = {0.3, -0.2, 1, 0.5, -0.5}, weights = {1, -2, 0.5, 3, 0.25};
  const auto loss = [&](const std::vector<double>& at) {
    const std::vector<double> shares = mixture.softmax(at, 0.7);
    return std::inner_product(shares.begin(), shares.end(), weights.begin(), 0.0);
  };
  const std::vector<double> got = mixture.pull_back(weights, logits, 0.7);
  for (std::size_t k = 0; k < logits.size(); ++k) {
    std::vector<double> up = logits, down = logits;
    up[k] += 1e-5;
    down[k] -= 1e-5;
    EXPECT_NEAR(got[k], (loss(up) - loss(down)) / 2e-5, 1e-9);
  }
}

TEST(Mixture, BecomesGradientsOfItsLargestTerms) {
  const Mixture mixture({"1", "-exp", "tanh"}, {"x", "sech2"});
  std::vector<double> theta = space::starts_of(mixture.activation().parameters);
  theta[mixture.shares()[1] + 1] = 2;  // scale of exp
  const auto texts = mixture.discrete({0, 2, 1, 3, 0}, theta, 1, 4);
  ASSERT_EQ(texts.size(), 4u);
  EXPECT_EQ(texts[0], "-exp(2*x) | 0 | x");
  EXPECT_EQ(texts[1], "-exp(2*x) | 0 | sech2(x)");
  EXPECT_EQ(texts[2], "tanh(x) | 0 | x");
  const auto two = mixture.discrete({std::log(3), 0, -5, 3, 0}, theta, 2, 1);
  ASSERT_EQ(two.size(), 1u);
  EXPECT_EQ(two[0].substr(0, two[0].find(" |")), "0.75 - 0.25*exp(2*x)") << two[0];
}

TEST(Mixture, RefusesWhatItCannotMix) {
  EXPECT_THROW(Mixture({"1"}, {"x", "1"}), space::Error);
  EXPECT_THROW(Mixture({"1", "tanhh"}, {"x", "1"}), space::Error);
}

class OneShotTest : public testing::Test {
 protected:
  OneShotTest() { at::set_num_threads(1); }
  TinyStudy study_;
};

TEST_F(OneShotTest, GradientsOfTheSharesAreThoseOfFiniteDifferences) {
  const Mixture mixture({"1", "exp", "tanh"}, {"x", "1", "-sech2"});
  for (const Task& task : read_tasks(study_.path())) {
    const auto data = std::make_shared<InDouble>(load_dataset(task));
    Supernet net(task, data, mixture, in_double(mixture.activation().text), 3);
    const std::vector<double> shares = mixture.softmax({0.2, -0.1, 0.4, 0, 0.3, -0.2}, 1);
    constexpr double kRate = 0.2;
    net.set_shares(shares);
    const Supernet::Shares first = net.first_order(1), second = net.second_order(1, kRate);
    for (const std::size_t k : {1u, 5u}) {
      const auto at = [&](double move, bool ahead) {
        std::vector<double> moved = shares;
        moved[k] += move;
        net.set_shares(moved);
        return (ahead ? net.second_order(1, kRate) : net.first_order(1)).loss;
      };
      for (const bool ahead : {false, true}) {
        const double want = (at(1e-5, ahead) - at(-1e-5, ahead)) / 2e-5;
        // A mixture jumps at 0, so a difference has an error of the order of its step.
        const double apart = std::abs(first.gradient[k] - second.gradient[k]);
        EXPECT_NEAR((ahead ? second : first).gradient[k], want, std::max(1e-7, 0.02 * apart))
            << task.name << " " << k << ahead;
      }
      EXPECT_NE(first.gradient[k], second.gradient[k]);
    }
    net.set_shares(shares);
    EXPECT_EQ(net.first_order(1).loss, first.loss) << "the weights are as they were";
  }
}

/// Counts who asks for training batches.
class Counting : public InDouble {
 public:
  using InDouble::InDouble;
  Batch training(std::uint64_t key, int step) const override {
    ++asked;
    return InDouble::training(key, step);
  }
  void spoil_validation() {
    for (Batch& batch : validation_) batch.target = at::zeros_like(batch.target);
  }
  mutable int asked = 0;
};

// The mixture is judged by validation batches, the weights are trained by training batches.
TEST_F(OneShotTest, TheMixtureSeesValidationAndTheWeightsTraining) {
  const Mixture mixture({"1", "exp"}, {"x", "1"});
  const Task task = read_tasks(study_.path())[0];
  const auto make = [&](const std::shared_ptr<Counting>& data) {
    auto net =
        std::make_unique<Supernet>(task, data, mixture, in_double(mixture.activation().text), 3);
    net->set_shares({0.5, 0.5, 0.5, 0.5});
    return net;
  };
  const auto data = std::make_shared<Counting>(load_dataset(task)),
             spoilt = std::make_shared<Counting>(load_dataset(task));
  spoilt->spoil_validation();
  const auto net = make(data), other = make(spoilt);
  EXPECT_NE(net->first_order(0).loss, other->first_order(0).loss);
  EXPECT_EQ(data->asked, 0);
  net->train(0);
  other->train(0);
  EXPECT_EQ(data->asked, 1);
  EXPECT_EQ(net->theta(), other->theta()) << "validation has reached the weights";
  EXPECT_NE(net->second_order(1, 0.1).loss, other->second_order(1, 0.1).loss);
  EXPECT_EQ(data->asked, 2) << "a step ahead is one on a training batch";
}

// From the first temperature to the last: step 1 of four is at neither, and what comes out is at
// the last one.
TEST_F(OneShotTest, TheTemperatureFalls) {
  const auto shot = [&](double first, double last, int steps = 4) {
    OneShotSpec spec{
        .steps = steps, .rate = 0.1, .first_temperature = first, .last_temperature = last};
    spec.left = {"1", "-1"};
    spec.right = {"-1", "1"};
    return one_shot(study_.path(), spec);
  };
  const OneShotResult falling = shot(1, 0.2), warm = shot(1, 1), cold = shot(0.2, 0.2);
  EXPECT_EQ(falling.losses[0], warm.losses[0]) << "all shares are equal";
  EXPECT_NE(falling.losses[1], warm.losses[1]) << "step 1 is cooler";
  EXPECT_NE(falling.losses[1], cold.losses[1]) << "and not as cold as the last one";
  // One step, at the first temperature: the logits are the same, what comes out of them is not.
  const auto logit = [](const OneShotResult& r) { return std::log(r.shares[0] / r.shares[1]); };
  EXPECT_NEAR(logit(shot(1, 0.2, 1)), 5 * logit(shot(1, 1, 1)), 1e-9);
}

TEST_F(OneShotTest, TheLossFallsAndTheResultIsTheSameAgain) {
  for (const bool second_order : {false, true}) {
    OneShotSpec spec{.steps = 12, .second_order = second_order, .rate = 0.1};
    spec.left = {"1", "-1"};  // the absolute value's left side, or a line
    spec.right = {"-1", "1"};
    spec.count = 2;
    const OneShotResult result = one_shot(study_.path(), spec);
    EXPECT_EQ(result.losses.size(), 12u);
    EXPECT_LT(result.losses.back(), result.losses.front());
    EXPECT_EQ(result.terms.size(), 4u);
    ASSERT_EQ(result.gradients.size(), 2u);
    const OneShotResult again = one_shot(study_.path(), spec);
    EXPECT_EQ(again.shares, result.shares);
    EXPECT_EQ(again.gradients, result.gradients);
  }
}

}  // namespace
}  // namespace antigrad::trainer
