// A function between two ends as a Chebyshev series: what is cut off bounds the error, and the
// series becomes powers of a shifted variable.
#pragma once
#include <array>
#include <cstddef>
#include <span>

namespace antigrad::kernels {

inline constexpr int kSamples = 12;
using Samples = std::array<double, kSamples>;

/// Where to sample on [-1, 1]: the Chebyshev points of the first kind.
const Samples& chebyshev_points();

/// The series of the polynomial through values at these points.
Samples chebyshev_series(std::span<const double> values);

/// The lowest degree from `least` on at which what is cut off is at most the tolerance; kSamples
/// when there is none.
int lowest_degree(const Samples& series, double tolerance, int least);

/// The first `terms` terms of a series on [lo, hi] as powers of x - origin.
Samples powers_of(const Samples& series, int terms, double lo, double hi, double origin);

}  // namespace antigrad::kernels
