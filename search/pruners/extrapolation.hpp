// Where a learning curve will end: the final value as a linear function of the value at a step,
// fitted to the complete trials, with its predictive distribution.
#pragma once
#include <span>
#include <utility>
#include <vector>

#include "search/pruners/pruner.hpp"

namespace antigrad::search {

/// final ~ intercept + slope * value + scale * t(freedom), as seen from one value.
struct Prediction {
  double centre = 0, scale = 0;
  double freedom = 0;  // <= 0: too few trials, nothing is predicted
  /// P(final <= x). 0.5 where nothing is predicted.
  double below(double x) const;
};

/// Least squares over (value at the step, final value); at least four pairs with spread. A straight
/// line has the predictive distribution of Student's t with n - 2 degrees of freedom where the
/// errors are normal; calibration() says how far that holds.
Prediction predict_final(std::span<const std::pair<double, double>> pairs, double value);

/// Pairs that the complete trials of a history give at a step.
std::vector<std::pair<double, double>> final_pairs(std::span<const Reports> history, int step,
                                                   int without = -1);

/// Each complete trial predicted from the others: the share whose final value lies within the
/// central interval of a level (0.9 should hold 0.9), and the mean absolute error by the spread of
/// final values.
struct Calibration {
  int trials = 0;
  double within_50 = 0, within_80 = 0, within_95 = 0;
  double error = 0;
};
Calibration calibration(std::span<const Reports> history, int step);
Calibration calibration(std::span<const std::pair<double, double>> pairs);

}  // namespace antigrad::search
