// Which part of the data trains, which validates and which is read once at the very end: pure
// functions of sizes, shares and a seed.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "space/error.hpp"
#include "trainer/data/sealed.hpp"

namespace antigrad::trainer {

/// Parts of the whole; both in [0, 1), together below 1.
struct Shares {
  double validation = 0.1;
  double test = 0.1;
};

/// Indices of images, each in one part only, in the order of a seeded permutation.
struct Split {
  std::vector<int> train, validation;
  Sealed<std::vector<int>> test;
};

/// Splits images by a permutation that depends on (count, seed) only. Sizes round to nearest. Error
/// when shares are out of range or the training or the validation part is empty.
Split split_images(int count, const Shares& shares, std::uint64_t seed);

/// What use() gives; an Error without a place gets that of `path`.
template <class Use>
auto placed(const std::string& path, Use use) {
  try {
    return use();
  } catch (const space::Error& error) {
    if (!error.where().file.empty()) throw;
    throw space::Error({path}, error.message());
  }
}

/// Positions [begin, end).
struct Range {
  std::size_t begin = 0, end = 0;
  std::size_t size() const { return end - begin; }
};

/// Ranges of a text, in its order.
struct TextSplit {
  std::vector<Range> train, validation;
  Sealed<std::vector<Range>> test;
};

/// Cuts a text of `count` tokens into 64 equal segments (fewer where it has fewer tokens), and each
/// by position into training, validation and test, so that every part sees the whole range of the
/// text. Error when shares are out of range, or the training or the validation part of a segment is
/// shorter than 2 tokens.
TextSplit split_text(std::size_t count, const Shares& shares);

}  // namespace antigrad::trainer
