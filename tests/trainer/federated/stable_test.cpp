// The numbers of a federated training against their distributions, and the split of the data.
#include "trainer/federated/stable.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "space/error.hpp"
#include "trainer/federated/partition.hpp"

namespace antigrad::trainer {
namespace {

using space::Random;

constexpr int kDraws = 200'000;

std::vector<double> draws(double tail) {
  std::vector<double> all;
  for (int i = 0; i < kDraws; ++i) {
    Random random(space::child_seed(7, static_cast<std::uint64_t>(i)));
    all.push_back(stable(tail, random));
  }
  return all;
}

/// Mean of cos(t x), the characteristic function of a symmetric distribution; standard error at
/// most 1 / sqrt(2 draws).
double characteristic(const std::vector<double>& x, double t) {
  double sum = 0;
  for (const double one : x) sum += std::cos(t * one);
  return sum / static_cast<double>(x.size());
}

TEST(Stable, ItsCharacteristicFunctionIsExpOfMinusTToTheAlpha) {
  constexpr double kError = 5 * 0.7072 / 447;  // five standard errors
  for (const double tail : {0.7, 1., 1.1, 1.5, 1.8, 2.}) {
    const std::vector<double> x = draws(tail);
    for (const double t : {0.05, 0.2, 0.5, 1., 1.7, 3.})
      EXPECT_NEAR(characteristic(x, t), std::exp(-std::pow(t, tail)), kError)
          << "tail " << tail << ", t " << t;
    double odd = 0;
    for (const double one : x) odd += std::sin(one);
    EXPECT_NEAR(odd / kDraws, 0, kError) << "symmetric, tail " << tail;
  }
}

/// Empirical quantiles against exact ones, in standard errors of the rank.
void expect_quantiles(std::vector<double> x, double (*quantile)(double)) {
  std::ranges::sort(x);
  for (const double p : {0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999}) {
    const auto below = std::ranges::lower_bound(x, quantile(p)) - x.begin();
    EXPECT_NEAR(static_cast<double>(below) / kDraws, p, 5 * std::sqrt(p * (1 - p) / kDraws)) << p;
  }
}

TEST(Stable, AlphaOneIsCauchyAndAlphaTwoIsNormalOfVarianceTwo) {
  expect_quantiles(draws(1), [](double p) { return std::tan(std::numbers::pi * (p - 0.5)); });
  expect_quantiles(draws(2), [](double p) {
    const double known[][2] = {{0.001, -3.090232306167813}, {0.05, -1.6448536269514722},
                               {0.25, -0.6744897501960817}, {0.5, 0},
                               {0.75, 0.6744897501960817},  {0.95, 1.6448536269514722},
                               {0.999, 3.090232306167813}};
    for (const auto& [share, z] : known)
      if (share == p) return std::numbers::sqrt2 * z;
    return std::nan("");
  });
}

TEST(Stable, FadingHasMeanOneAndTheSecondMomentOfRayleigh) {
  double mean = 0, square = 0;
  for (int i = 0; i < kDraws; ++i) {
    Random random(space::child_seed(3, static_cast<std::uint64_t>(i)));
    const double h = rayleigh(random);
    EXPECT_GE(h, 0);
    mean += h / kDraws;
    square += h * h / kDraws;
  }
  EXPECT_NEAR(mean, 1, 0.006);
  EXPECT_NEAR(square, 4 / std::numbers::pi, 0.015);
}

TEST(Stable, GammaHasMeanAndVarianceOfItsShape) {
  for (const double shape : {0.1, 0.5, 1., 4.5}) {
    double mean = 0, square = 0;
    for (int i = 0; i < kDraws; ++i) {
      Random random(space::child_seed(5, static_cast<std::uint64_t>(i)));
      const double g = gamma_number(shape, random);
      mean += g / kDraws;
      square += g * g / kDraws;
    }
    EXPECT_NEAR(mean, shape, 5 * std::sqrt(shape / kDraws)) << shape;
    EXPECT_NEAR(square - mean * mean, shape, 0.05 * shape + 0.02) << shape;
  }
}

std::vector<int> labels() {
  std::vector<int> all(1000);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<int>(i * 7 % 10);
  return all;
}

/// Mean over the clients of the largest share of one class among a client's examples.
double unlikeness(const std::vector<std::vector<int>>& parts, const std::vector<int>& of) {
  double sum = 0;
  for (const std::vector<int>& part : parts) {
    std::vector<double> counts(10);
    for (const int i : part) ++counts[static_cast<std::size_t>(of[static_cast<std::size_t>(i)])];
    sum += *std::ranges::max_element(counts) / static_cast<double>(part.size());
  }
  return sum / static_cast<double>(parts.size());
}

TEST(Partition, EveryExampleHasOneClientAndEveryClientAnExample) {
  const std::vector<int> all = labels();
  for (const double concentration : {0., 0.01, 0.5, 100.})
    for (const int clients : {1, 7, 1000}) {
      std::vector<int> seen;
      const auto parts = partition(all, clients, concentration, 9);
      ASSERT_EQ(parts.size(), static_cast<std::size_t>(clients));
      for (const std::vector<int>& part : parts) {
        EXPECT_FALSE(part.empty());
        seen.insert(seen.end(), part.begin(), part.end());
      }
      std::ranges::sort(seen);
      ASSERT_EQ(seen.size(), all.size());
      for (int i = 0; i < 1000; ++i) EXPECT_EQ(seen[static_cast<std::size_t>(i)], i);
    }
  EXPECT_THROW(partition(all, 1001, 0, 9), space::Error);
}

TEST(Partition, SmallConcentrationsAreUnlikeAndLargeOnesAlike) {
  const std::vector<int> all = labels();
  const auto at = [&](double concentration) {
    return unlikeness(partition(all, 10, concentration, 4), all);
  };
  EXPECT_NEAR(at(0), 0.1, 1e-12);
  EXPECT_NEAR(at(1e5), 0.1, 0.02);
  EXPECT_GT(at(0.05), 0.6);
  EXPECT_GT(at(0.05), at(0.5));
  EXPECT_GT(at(0.5), at(50));
  EXPECT_EQ(partition(all, 10, 0.5, 4), partition(all, 10, 0.5, 4));
  EXPECT_NE(partition(all, 10, 0.5, 4), partition(all, 10, 0.5, 5));
}

}  // namespace
}  // namespace antigrad::trainer
