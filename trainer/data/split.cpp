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

constexpr std::size_t kSegments = 64;  // of a text

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

Split split_images(int count, const Shares& shares, std::uint64_t seed) {
  check(shares);
  const std::vector<int> order = permutation(count, seed);
  const auto tests = static_cast<std::ptrdiff_t>(part(shares.test, order.size()));
  const auto validations = static_cast<std::ptrdiff_t>(part(shares.validation, order.size()));
  const auto begin = order.begin();
  Split split{
      {begin + tests + validations, order.end()},
      {begin + tests, begin + tests + validations},
      Sealed<std::vector<int>>([test = std::vector<int>(begin, begin + tests)] { return test; })};
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
  const std::size_t length = std::max<std::size_t>(count / kSegments, 1);
  const std::size_t tests = part(shares.test, length);
  const std::size_t validations = part(shares.validation, length);
  const std::size_t trains = length - std::min(length, tests + validations);
  if (trains < 2 || validations < 2) {
    throw space::Error(fmt::format(
        "a text of {} tokens is cut into segments of {}, which give {} to train and {} to "
        "validate, expected at least 2 each; change the shares or bring a longer text",
        count, length, trains, validations));
  }
  std::vector<Range> train, validation, test;
  for (std::size_t i = 0; i < kSegments && (i + 1) * length <= count; ++i) {
    const std::size_t begin = i * length, middle = begin + trains, end = middle + validations;
    train.push_back({begin, middle});
    validation.push_back({middle, end});
    test.push_back({end, begin + length});
  }
  return {std::move(train), std::move(validation),
          Sealed<std::vector<Range>>([test = std::move(test)] { return test; })};
}

}  // namespace antigrad::trainer
