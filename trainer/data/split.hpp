// Which part of the data trains, which validates and which is read once at the very end: pure
// functions of sizes, shares and a seed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <vector>

#include "trainer/data/images.hpp"

namespace antigrad::trainer {

/// Parts of the whole; both in [0, 1), together below 1.
struct Shares {
  double validation = 0.1;
  double test = 0.1;  // ignored for images with an official test part
};

/// Indices of images, each in one part only, in the order of a seeded permutation.
struct Split {
  std::vector<int> train, validation, test;
};

/// Splits images by a permutation that depends on (count, seed) only. With an official test part
/// (test_first < count) that part is the test, in its own order, and `shares.validation` is of the
/// rest. Sizes round to nearest. Error when shares are out of range or the training or the
/// validation part is empty.
Split split_images(int count, int test_first, const Shares& shares, std::uint64_t seed);
inline Split split_images(const Images& images, const Shares& shares, std::uint64_t seed) {
  return split_images(images.count, images.test_first, shares, seed);
}

/// Positions [begin, end).
struct Range {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
};

/// A text by position: train, then validation, then test.
struct TextSplit {
  Range train, validation, test;
};

/// Splits `count` tokens by position. Error when shares are out of range, or the training or the
/// validation part is shorter than 2 tokens.
TextSplit split_text(std::size_t count, const Shares& shares);

}  // namespace antigrad::trainer
