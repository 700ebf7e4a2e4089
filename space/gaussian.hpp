// Signal propagation: what an activation does to a standard normal input, between proved bounds.
// Integrals cell by cell from Taylor series of balls, beyond that by tails. Poole et al. 2016
// (arXiv 1606.05340), Schoenholz et al. 2017 (arXiv 1611.01232).
#pragma once
#include "space/proof.hpp"

namespace antigrad::space {

/// Under x ~ N(0, 1). A ball that is the whole line: not known.
struct GaussianMoments {
  Ball mean;                  // E f
  Ball second;                // E f^2
  Ball slope_second;          // E g^2
  std::vector<Ball> hermite;  // E f He_k / sqrt(k!), k = 0, 1, ..
};
GaussianMoments gaussian_moments(Proof& proof, int hermite = 17);

/// Correlation c of two inputs of variance 1 -> correlation of the outputs, in a wide layer without
/// bias whose weights keep the variance (variance of a weight 1 / (fan-in E f^2)):
/// C(c) = sum_k hermite_k^2 c^k / E f^2, convex on [0, 1], C(1) = 1, C'(1) = chi_1 = E g^2 / E f^2.
struct CorrelationMap {
  Ball chi;  // C'(1): above 1, inputs that are nearly equal part; below, they meet
  /// The other fixed point in [0, 1): it is in this ball; nothing: there is none (chi <= 1) or it
  /// is not known.
  std::optional<Ball> fixed_point;
  bool only_one = false;  // proved: 1 is the only fixed point in [0, 1]
};
CorrelationMap correlation_map(const GaussianMoments& moments);

/// Share of a standard normal input with |g| < eps, between two bounds.
Ball dead_share(Proof& proof, double eps);

}  // namespace antigrad::space
