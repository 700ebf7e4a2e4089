// Wilcoxon's signed-rank test (1945), one-sided.
#pragma once
#include <span>

namespace antigrad::search {

/// P(sum of the ranks of positive differences >= what is seen) when signs are fair coins; a zero
/// counts half to each side, ties share their rank. Exact to 50 differences, or to 13 where there
/// are ties or zeros; beyond, the normal approximation with corrections for ties and continuity.
/// Error below 1e-12 where exact. 1 without differences, or when all are zero; NaN when one is.
double wilcoxon_greater(std::span<const double> differences);

}  // namespace antigrad::search
