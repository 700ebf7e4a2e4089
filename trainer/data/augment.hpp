// Images changed at random while training: shifted within a margin, mirrored, a square covered.
// What happens to an image is a function of (seed, epoch, index) alone: neither the order of a
// batch nor threads matter, and every candidate with the same seed sees the same.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "trainer/data/images.hpp"

namespace antigrad::trainer {

/// Nothing happens where all is 0 and false.
struct Augmentation {
  int crop = 0;       // black pixels added on every side before a crop of the old size
  bool flip = false;  // mirrored left to right with chance 1/2
  int cutout = 0;     // side of a square, anywhere, that is covered (DeVries, Taylor 2017)
  bool operator==(const Augmentation&) const = default;
};

/// What is drawn for one image.
struct Change {
  int down = 0, right = 0;          // the image moves by so many pixels, each in [-crop, crop]
  bool mirrored = false;            // after it moved
  int top = 0, left = 0, side = 0;  // the square; it may stand out of the image
  bool operator==(const Change&) const = default;
};

/// index: of the image in the training part. Each kind has its own stream: what is drawn for one
/// does not depend on whether the others are on.
Change draw_change(const Augmentation& augmentation, int height, int width, std::uint64_t seed,
                   std::uint64_t epoch, std::uint64_t index);

/// One image [channels][height][width] of the kind of `images` into `out`, of the same size and
/// elsewhere. The square is covered with cover[channel].
void apply_change(const Change& change, const Images& images, std::span<const std::uint8_t> image,
                  std::span<const std::uint8_t> cover, std::span<std::uint8_t> out);

/// Mean pixel of each channel, rounded: what a square is covered with.
std::vector<std::uint8_t> mean_colour(const Images& images);

}  // namespace antigrad::trainer
