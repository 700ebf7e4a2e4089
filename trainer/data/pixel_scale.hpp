// How pixels become the numbers that a network reads: (pixel - mean) / deviation, by channel.
#pragma once
#include <vector>

#include "trainer/data/images.hpp"

namespace antigrad::trainer {

/// One of each a channel, in units of the pixels (0..white).
struct PixelScale {
  std::vector<double> mean, deviation;
};

/// Mean and deviation (unbiased) of all pixels of a channel, from exact sums: they do not depend on
/// the order of the images.
PixelScale measured_scale(const Images& images);

}  // namespace antigrad::trainer
