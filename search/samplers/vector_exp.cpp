// exp(x) = 2^n exp(r), |r| <= ln(2)/2, the latter by 13 terms of its Taylor sum, which leave 2e-16.
#include "search/samplers/vector_exp.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

namespace antigrad::search {
namespace {

constexpr std::size_t kLanes = 4;

double largest(std::span<const double> xs) {
  std::array<double, kLanes> most;
  most.fill(-std::numeric_limits<double>::infinity());
  std::size_t i = 0;
  for (; i + kLanes <= xs.size(); i += kLanes)
    for (std::size_t j = 0; j < kLanes; ++j) most[j] = most[j] > xs[i + j] ? most[j] : xs[i + j];
  for (; i < xs.size(); ++i) most[0] = std::max(most[0], xs[i]);
  return *std::ranges::max_element(most);
}

// x in [-700, 0].
inline double exponential(double x) {
  constexpr double kShift = 0x1.8p52;  // adding it rounds to an integer, in the low bits
  const double shifted = x * 1.4426950408889634 + kShift;
  const double n = shifted - kShift;
  const double r = (x - n * 6.93147180369123816490e-01) - n * 1.90821492927058770002e-10;
  double sum = 1.0 / 479001600;
  sum = sum * r + 1.0 / 39916800;
  sum = sum * r + 1.0 / 3628800;
  sum = sum * r + 1.0 / 362880;
  sum = sum * r + 1.0 / 40320;
  sum = sum * r + 1.0 / 5040;
  sum = sum * r + 1.0 / 720;
  sum = sum * r + 1.0 / 120;
  sum = sum * r + 1.0 / 24;
  sum = sum * r + 1.0 / 6;
  sum = sum * r + 0.5;
  sum = sum * r + 1;
  sum = sum * r + 1;
  const std::uint64_t power = (std::bit_cast<std::uint64_t>(shifted) + 1023) << 52;
  return sum * std::bit_cast<double>(power);
}

}  // namespace

double log_sum_exp(std::span<double> xs) {
  constexpr double kNothing = 50;  // a million times e^-50 is 2e-16
  const double most = largest(xs);
  if (!std::isfinite(most)) return most;
  std::size_t n = 0;
  for (const double x : xs) {  // n is never ahead of x
    xs[n] = x - most;
    n += x > most - kNothing;
  }
  std::array<double, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes)
    for (std::size_t j = 0; j < kLanes; ++j) sums[j] += exponential(xs[i + j]);
  for (; i < n; ++i) sums[0] += exponential(xs[i]);
  return most + std::log((sums[0] + sums[1]) + (sums[2] + sums[3]));
}

}  // namespace antigrad::search
