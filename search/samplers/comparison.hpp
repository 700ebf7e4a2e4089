// Whether one sampler's results are worse than another's.
#pragma once
#include <span>

namespace antigrad::search {

/// One-sided p of "a is not larger than b" by the rank sum (Mann and Whitney 1947), normal
/// approximation with ties; small where a is larger. 1 where one of them is empty.
double rank_sum_p(std::span<const double> a, std::span<const double> b);

}  // namespace antigrad::search
