// The rank-sum test.
#include "search/samplers/comparison.hpp"

#include <cmath>
#include <map>

namespace antigrad::search {

double rank_sum_p(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return 1;
  double wins = 0;  // pairs where a is larger, ties half
  std::map<double, double> ties;
  for (const double x : a) {
    for (const double y : b) wins += x > y ? 1 : x == y ? 0.5 : 0;
    ++ties[x];
  }
  for (const double y : b) ++ties[y];
  const auto m = static_cast<double>(a.size()), n = static_cast<double>(b.size());
  double tied = 0;
  for (const auto& [value, times] : ties) tied += times * times * times - times;
  const double variance = m * n / 12 * (m + n + 1 - tied / ((m + n) * (m + n - 1)));
  if (!(variance > 0)) return 1;
  return 0.5 * std::erfc((wins - m * n / 2) / std::sqrt(2 * variance));
}

}  // namespace antigrad::search
