// Splits: Fisher-Yates over a stream of the seed for images, positions for text.
#include "trainer/data/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::trainer {
namespace {

void check(const Shares& shares) {
  const auto outside = [](double share) { return !(share >= 0 && share < 1); };
  if (outside(shares.validation) || outside(shares.test) || shares.validation + shares.test >= 1) {
    throw space::Error(fmt::format(
        "shares are validation {} and test {}, expected both from 0 up and together below 1",
        shares.validation, shares.test));
  }
}

std::vector<int> permutation(int count, std::uint64_t seed) {
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  space::Random random(space::child_seed(seed, static_cast<std::uint64_t>(count)));
  for (int i = count - 1; i > 0; --i) {
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(random.below(i + 1))]);
  }
  return order;
}

std::size_t part(double share, std::size_t count) {
  return static_cast<std::size_t>(std::llround(share * static_cast<double>(count)));
}

}  // namespace

Split split_images(int count, int test_first, const Shares& shares, std::uint64_t seed) {
  check(shares);
  const bool official = test_first < count;
  const std::vector<int> order = permutation(official ? test_first : count, seed);
  const auto tests = static_cast<std::ptrdiff_t>(official ? 0 : part(shares.test, order.size()));
  const auto validations = static_cast<std::ptrdiff_t>(part(shares.validation, order.size()));
  Split split;
  split.test.assign(order.begin(), order.begin() + tests);
  split.validation.assign(order.begin() + tests, order.begin() + tests + validations);
  split.train.assign(order.begin() + tests + validations, order.end());
  for (int i = test_first; i < count; ++i) split.test.push_back(i);
  if (split.train.empty() || split.validation.empty()) {
    throw space::Error(fmt::format(
        "{} images give {} to train and {} to validate, expected at least 1 each; change the "
        "shares or bring more images",
        order.size(), split.train.size(), split.validation.size()));
  }
  return split;
}

TextSplit split_text(std::size_t count, const Shares& shares) {
  check(shares);
  const std::size_t tests = part(shares.test, count);
  const std::size_t validations = part(shares.validation, count);
  const std::size_t trains = count - std::min(count, tests + validations);
  const TextSplit split{{0, trains}, {trains, trains + validations}, {trains + validations, count}};
  if (trains < 2 || validations < 2) {
    throw space::Error(fmt::format(
        "{} tokens give {} to train and {} to validate, expected at least 2 each; change the "
        "shares or bring a longer text",
        count, trains, validations));
  }
  return split;
}

}  // namespace antigrad::trainer
