// Augmentation of 8-bit images.
#include "trainer/data/augment.hpp"

#include <algorithm>
#include <cmath>

#include "space/random.hpp"
#include "trainer/data/pixel_scale.hpp"

namespace antigrad::trainer {
namespace {

/// Where a mirrored and moved pixel comes from; outside of the image it is black.
std::uint8_t source(std::span<const std::uint8_t> plane, int height, int width, int row,
                    int column) {
  const bool inside = row >= 0 && row < height && column >= 0 && column < width;
  return inside ? plane[static_cast<std::size_t>(row * width + column)] : std::uint8_t{0};
}

void move_plane(const Change& change, int height, int width, std::span<const std::uint8_t> plane,
                std::span<std::uint8_t> out) {
  if (change.down == 0 && change.right == 0 && !change.mirrored) {
    std::copy(plane.begin(), plane.end(), out.begin());
    return;
  }
  auto to = out.begin();
  for (int row = 0; row < height; ++row) {
    for (int column = 0; column < width; ++column) {
      const int seen = change.mirrored ? width - 1 - column : column;
      *to++ = source(plane, height, width, row - change.down, seen - change.right);
    }
  }
}

void cover_square(const Change& change, int height, int width, std::uint8_t colour,
                  std::span<std::uint8_t> plane) {
  const int bottom = std::min(change.top + change.side, height);
  const int left = std::max(change.left, 0), right = std::min(change.left + change.side, width);
  for (int row = std::max(change.top, 0); row < bottom; ++row) {
    for (int column = left; column < right; ++column)
      plane[static_cast<std::size_t>(row * width + column)] = colour;
  }
}

}  // namespace

Change draw_change(const Augmentation& augmentation, int height, int width, std::uint64_t seed,
                   std::uint64_t epoch, std::uint64_t index) {
  const std::uint64_t key = space::child_seed(space::child_seed(seed, epoch), index);
  Change change;
  space::Random crop(space::child_seed(key, "crop"));
  change.down = crop.below(2 * augmentation.crop + 1) - augmentation.crop;
  change.right = crop.below(2 * augmentation.crop + 1) - augmentation.crop;
  space::Random flip(space::child_seed(key, "flip"));
  change.mirrored = augmentation.flip && flip.below(2) == 1;
  space::Random cutout(space::child_seed(key, "cutout"));
  change.side = augmentation.cutout;
  if (change.side > 0) {
    change.top = cutout.below(height) - change.side / 2;
    change.left = cutout.below(width) - change.side / 2;
  }
  return change;
}

void apply_change(const Change& change, const Images& images, std::span<const std::uint8_t> image,
                  std::span<const std::uint8_t> cover, std::span<std::uint8_t> out) {
  const std::size_t plane = images.size() / static_cast<std::size_t>(images.channels);
  for (std::size_t channel = 0; channel * plane < image.size(); ++channel) {
    const auto to = out.subspan(channel * plane, plane);
    move_plane(change, images.height, images.width, image.subspan(channel * plane, plane), to);
    if (change.side > 0) cover_square(change, images.height, images.width, cover[channel], to);
  }
}

std::vector<std::uint8_t> mean_colour(const Images& images) {
  std::vector<std::uint8_t> colour;
  for (const double mean : measured_scale(images).mean)
    colour.push_back(static_cast<std::uint8_t>(std::lround(mean)));
  return colour;
}

}  // namespace antigrad::trainer
