// Exact sums of bytes and their squares.
#include "trainer/data/pixel_scale.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>

namespace antigrad::trainer {
namespace {

struct Sums {
  std::uint64_t values = 0, squares = 0;
};

void add(std::span<const std::uint8_t> pixels, Sums& sums) {
  for (const std::uint64_t pixel : pixels) {
    sums.values += pixel;
    sums.squares += pixel * pixel;
  }
}

}  // namespace

PixelScale measured_scale(const Images& images) {
  const auto channels = static_cast<std::size_t>(images.channels);
  const std::size_t plane = images.size() / channels;
  std::vector<Sums> sums(channels);
  for (std::size_t at = 0; at < images.pixels.size(); at += plane)
    add(std::span(images.pixels).subspan(at, plane), sums[at / plane % channels]);
  const long double n = static_cast<long double>(images.pixels.size() / channels);
  PixelScale scale;
  for (const Sums& sum : sums) {
    const long double mean = static_cast<long double>(sum.values) / n;
    // Both terms have 64 bits, so that what cancels leaves more than a double's worth.
    const long double rest =
        std::max(static_cast<long double>(sum.squares) - mean * mean * n, 0.0L);
    scale.mean.push_back(static_cast<double>(mean));
    scale.deviation.push_back(n > 1 ? static_cast<double>(std::sqrt(rest / (n - 1))) : 0.0);
  }
  return scale;
}

}  // namespace antigrad::trainer
