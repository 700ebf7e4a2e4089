// Several objectives at once, each the lower the better: who dominates whom, how crowded a front
// is, and the hypervolume that it dominates.
#pragma once
#include <span>
#include <vector>

namespace antigrad::search {

using Point = std::vector<double>;  // one number an objective

/// No objective of a is worse and one is better. NaN is worse than any number.
bool dominates(std::span<const double> a, std::span<const double> b);

/// By point, how many fronts stand before its own: 0 for those that no other dominates.
std::vector<int> front_ranks(std::span<const Point> points);

/// By point of one front, the mean side of the box that its neighbours leave it (Deb et al. 2002):
/// the sum over objectives of the gap between them, as a share of the front's range; infinite at
/// the ends of a range.
std::vector<double> crowding(std::span<const Point> front);

/// Volume of what the points dominate inside of `reference` (worse than every point that is to
/// count); exact: a sweep in two and three dimensions, beyond them the recursion over limited sets
/// of While, Bradstreet and Barone 2012. Points with NaN count nothing.
double hypervolume(std::span<const Point> points, std::span<const double> reference);

/// Greedily the `size` points that together dominate most inside of `reference`, in order of
/// choice; at least 1 - 1/e of the best (Nemhauser, Wolsey and Fisher 1978).
std::vector<std::size_t> most_volume(std::span<const Point> points,
                                     std::span<const double> reference, std::size_t size);

}  // namespace antigrad::search
