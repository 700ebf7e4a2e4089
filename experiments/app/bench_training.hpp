// `antigrad bench kernels --train`: steps of a ResNet-20 with each activation next to steps with
// ReLU.
#pragma once
#include <string>
#include <vector>

#include "experiments/app/listing.hpp"

namespace antigrad::app {

/// Prints a row for every activation and the slowest: images a second at best and in the median,
/// ReLU's median, and the median of the ratios of neighbouring steps, which noise moves least;
/// returns the exit code. Throws space::Error.
int bench_training(const std::vector<std::string>& names, int rounds, Format format);

}  // namespace antigrad::app
