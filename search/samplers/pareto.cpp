// Domination, fronts and crowding.
#include "search/samplers/pareto.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace antigrad::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// NaN last of all, and equal to itself.
bool less(double a, double b) { return std::isnan(b) ? !std::isnan(a) : a < b; }

}  // namespace

bool dominates(std::span<const double> a, std::span<const double> b) {
  bool better = false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (less(b[i], a[i])) return false;
    better = better || less(a[i], b[i]);
  }
  return better;
}

// In lexicographic order nobody is dominated by a later point, so each goes into the first front
// where no member dominates it; fronts are searched by bisection (Zhang et al. 2015).
std::vector<int> front_ranks(std::span<const Point> points) {
  std::vector<std::size_t> order(points.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return std::ranges::lexicographical_compare(points[a], points[b], less);
  });
  std::vector<std::vector<std::size_t>> fronts;
  std::vector<int> ranks(points.size());
  for (const std::size_t i : order) {
    const auto dominated = [&](const std::vector<std::size_t>& front) {
      return std::any_of(front.rbegin(), front.rend(),
                         [&](std::size_t j) { return dominates(points[j], points[i]); });
    };
    const auto at = std::ranges::partition_point(fronts, dominated);
    ranks[i] = static_cast<int>(at - fronts.begin());
    if (at == fronts.end())
      fronts.push_back({i});
    else
      at->push_back(i);
  }
  return ranks;
}

std::vector<double> crowding(std::span<const Point> front) {
  std::vector<double> sums(front.size(), 0);
  if (front.empty()) return sums;
  std::vector<std::size_t> order(front.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t m = 0; m < front[0].size(); ++m) {
    std::ranges::stable_sort(
        order, [&](std::size_t a, std::size_t b) { return less(front[a][m], front[b][m]); });
    const double range = front[order.back()][m] - front[order.front()][m];
    sums[order.front()] = sums[order.back()] = kInfinity;
    if (!(range > 0 && range < kInfinity)) continue;
    for (std::size_t i = 1; i + 1 < order.size(); ++i)
      sums[order[i]] += (front[order[i + 1]][m] - front[order[i - 1]][m]) / range;
  }
  return sums;
}

}  // namespace antigrad::search
