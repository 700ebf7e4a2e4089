// Images made worse, to see how a network does on what it was not trained for: noise, blur and loss
// of contrast in five steps (the idea of Hendrycks, Dietterich 2019; the amounts are ours).
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "trainer/data/images.hpp"

namespace antigrad::trainer {

enum class Corruption { noise, blur, contrast };

struct CorruptionRow {
  Corruption kind;
  const char* name;
  double amounts[5];  // by severity, 1 to 5
};

/// noise: N(0, s) added to every pixel, s of full intensity. blur: a Gaussian of deviation s pixels
/// (up to a side of 32; it grows with larger images), edges continued. contrast: differences from
/// the image's mean, by channel, times s.
const std::vector<CorruptionRow>& corruptions();

/// The same images, corrupted, rounded to pixels and kept in 0..white. severity: 1 to 5. A
/// deterministic function: noise depends on (seed, index of the image) too. Error for another
/// severity.
Images corrupt(const Images& images, Corruption kind, int severity, std::uint64_t seed);

const char* name_of(Corruption kind);

}  // namespace antigrad::trainer
