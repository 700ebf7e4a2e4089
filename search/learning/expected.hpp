// What trials that stopped early would have scored at the last rung, so that a model of scores
// learns from all of them in one unit.
#pragma once
#include <span>
#include <vector>

#include "search/record.hpp"

namespace antigrad::search {

/// From rung to rung by straight lines through the trials that went on. A line's slope, in
/// deviations, is drawn towards 0.8 as by three more trials, so that two baselines suffice to
/// begin with; it never exceeds 1, so a good early score promises no more than it is. Scores far
/// above the middle half of their rung count as bad, not as how bad (failures too). One number a
/// trial, in their order; finite.
std::vector<double> expected_scores(std::span<const Trial* const> trials);

struct Line {
  double x = 0, y = 0, slope = 1;
  double at(double v) const { return y + slope * (v - x); }
};

/// Least squares over pairs without NaN, its slope in deviations as said above. Without spread: a
/// constant; without pairs: the identity.
Line shrunken_line(std::span<const double> from, std::span<const double> to);

}  // namespace antigrad::search
