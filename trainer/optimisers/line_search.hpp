// GOLS-I, the inexact gradient-only line search (Kafka and Wilke, arXiv 1903.09383, section 3): a
// step is found by where the sign of the directional derivative changes, never by a loss, since
// losses of different mini-batches do not compare.
#pragma once
#include <functional>

namespace antigrad::trainer {

/// Bounds of a step along a direction d: [kLeastStep, min(1 / norm(d), kLargestStep)].
constexpr double kLeastStep = 1e-8, kLargestStep = 1e7;
double largest_step(double direction_norm);

struct LineSearch {
  double step = 0;
  int probes = 0;  // directional derivatives that were asked for
};

/// first: the step before, put within the bounds and probed first. slope: directional derivative at
/// the start, below 0. slope_at: the same at a step; each call sees a fresh mini-batch. The first
/// probe decides: above 0 and below 0.9 |slope|: accepted; below 0: doubled until it is not, while
/// twice the step is within the bounds; else (NaN too) halved until it is below 0, while half the
/// step is. The last step that was probed is the result.
LineSearch gradient_only_search(double first, double largest, double slope,
                                const std::function<double(double)>& slope_at);

}  // namespace antigrad::trainer
