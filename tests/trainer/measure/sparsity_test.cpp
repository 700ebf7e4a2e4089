// The scan over sorted magnitudes against brute force: CETT computed anew at every threshold.
#include "trainer/measure/sparsity.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <vector>

#include "space/random.hpp"

namespace antigrad::trainer {
namespace {

struct Network {
  std::size_t tokens, neurons, width;
  std::vector<double> activation, weight;
  FeedForward view() const { return {tokens, neurons, width, activation, weight}; }
};

double magnitude(const Network& n, std::size_t token, std::size_t neuron) {
  double sum = 0;
  for (std::size_t i = 0; i < n.width; ++i)
    sum += n.weight[neuron * n.width + i] * n.weight[neuron * n.width + i];
  return std::abs(n.activation[token * n.neurons + neuron]) * std::sqrt(sum);
}

/// Norm of the sum of a token's parts below t.
double below(const Network& n, std::size_t token, double t) {
  double square = 0;
  for (std::size_t i = 0; i < n.width; ++i) {
    double sum = 0;
    for (std::size_t neuron = 0; neuron < n.neurons; ++neuron)
      if (magnitude(n, token, neuron) < t)
        sum += n.activation[token * n.neurons + neuron] * n.weight[neuron * n.width + i];
    square += sum * sum;
  }
  return std::sqrt(square);
}

double cett(const Network& n, double t) {
  constexpr double kAll = std::numeric_limits<double>::infinity();
  double sum = 0, count = 0;
  for (std::size_t token = 0; token < n.tokens; ++token) {
    const double out = below(n, token, kAll);
    if (out == 0) continue;
    sum += below(n, token, t) / out;
    ++count;
  }
  return count > 0 ? sum / count : 0;
}

/// The last threshold, among the magnitudes in their order, before CETT passes `most` for the first
/// time.
Sparsity brute_force(const Network& n, double most) {
  std::set<double> all;
  for (std::size_t token = 0; token < n.tokens; ++token)
    for (std::size_t neuron = 0; neuron < n.neurons; ++neuron)
      all.insert(magnitude(n, token, neuron));
  double threshold = std::numeric_limits<double>::infinity();
  for (const double m : all)
    if (cett(n, std::nextafter(m, INFINITY)) > most) {
      threshold = m;
      break;
    }
  double weak = 0;
  for (std::size_t token = 0; token < n.tokens; ++token)
    for (std::size_t neuron = 0; neuron < n.neurons; ++neuron)
      weak += magnitude(n, token, neuron) < threshold ? 1 : 0;
  return {weak / static_cast<double>(n.tokens * n.neurons), threshold};
}

Network drawn(space::Random& random, bool relu, bool ties) {
  Network n{std::size_t(1 + random.below(6)),
            std::size_t(1 + random.below(24)),
            std::size_t(1 + random.below(5)),
            {},
            {}};
  const auto value = [&] { return ties ? random.below(5) - 2. : random.normal(); };
  for (std::size_t i = 0; i < n.tokens * n.neurons; ++i)
    n.activation.push_back(relu ? std::max(0., value()) : value());
  for (std::size_t i = 0; i < n.neurons * n.width; ++i) n.weight.push_back(value());
  return n;
}

TEST(Sparsity, TheScanIsBruteForce) {
  space::Random random(5);
  int sparse = 0;
  for (int i = 0; i < 400; ++i) {
    const bool ties = i % 4 == 3;
    const Network n = drawn(random, i % 2 == 1, ties);
    for (const double most : {0.05, 0.2, 0.7}) {
      const Sparsity got = cett_sparsity(n.view(), most), want = brute_force(n, most);
      ASSERT_EQ(got.share, want.share) << i << " " << most;
      ASSERT_EQ(got.threshold, want.threshold) << i << " " << most;
      sparse += got.share > 0.3 ? 1 : 0;
    }
  }
  EXPECT_GT(sparse, 100);  // the cases are not all dense
}

TEST(Sparsity, TheFirstCrossingCountsWhereCettFallsAgain) {
  // Parts 1, -1.1, 10 of one token with the output 9.9: CETT is 0.10, then 0.01, then 1.
  const Network n{1, 3, 1, {1, -1.1, 10}, {1, 1, 1}};
  EXPECT_EQ(cett_sparsity(n.view(), 0.05).threshold, 1);
  EXPECT_EQ(cett_sparsity(n.view(), 0.05).share, 0);
  EXPECT_NEAR(cett_sparsity(n.view(), 0.2).share, 2. / 3, 1e-15);
}

TEST(Sparsity, WithoutAnOutputAllAreWeakAndNotFiniteIsNan) {
  Network n{2, 3, 2, std::vector<double>(6, 0), std::vector<double>(6, 1)};
  EXPECT_EQ(cett_sparsity(n.view()).share, 1);
  n.activation[4] = NAN;
  EXPECT_TRUE(std::isnan(cett_sparsity(n.view()).share));
}

}  // namespace
}  // namespace antigrad::trainer
