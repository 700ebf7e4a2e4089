// The exact distribution by counting subsets of ranks; ranks are doubled where they share.
#include "search/pruners/wilcoxon.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace antigrad::search {
namespace {

struct Ranked {
  std::vector<int> doubled;  // ranks of |d|, times two
  int positive = 0;          // doubled sum of those of positive differences, zeros by half
  bool ties = false;
  double tie_sum = 0;  // sum of t^3 - t over groups of ties
};

Ranked rank(std::span<const double> d) {
  std::vector<std::size_t> order(d.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t i) { return std::abs(d[i]); });
  Ranked r;
  r.doubled.resize(d.size());
  int quarters = 0;  // of the positive sum, in quarters of a rank
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    while (j < order.size() && std::abs(d[order[j]]) == std::abs(d[order[i]])) ++j;
    const double size = static_cast<double>(j - i);
    r.tie_sum += size * size * size - size;
    r.ties = r.ties || j - i > 1 || d[order[i]] == 0;
    for (std::size_t k = i; k < j; ++k) {
      const int doubled = static_cast<int>(i + j + 1);
      r.doubled[order[k]] = doubled;
      if (d[order[k]] > 0) quarters += 2 * doubled;
      if (d[order[k]] == 0) quarters += doubled;
    }
    i = j;
  }
  r.positive = quarters;
  return r;
}

/// Share of all signs whose sum of positive ranks is at least the one seen. A zero's rank counts
/// half whatever its sign.
double exact(const Ranked& r, std::span<const double> d) {
  const int total = std::accumulate(r.doubled.begin(), r.doubled.end(), 0);
  std::vector<double> ways(static_cast<std::size_t>(2 * total) + 1);  // by quarters of a rank
  int fixed = 0;
  ways[0] = 1;
  double all = 1;
  for (std::size_t i = 0; i < d.size(); ++i) {
    if (d[i] == 0) {
      fixed += r.doubled[i];
      continue;
    }
    const auto add = static_cast<std::size_t>(2 * r.doubled[i]);
    for (std::size_t sum = ways.size(); sum-- > add;) ways[sum] += ways[sum - add];
    all *= 2;
  }
  double at_least = 0;
  for (std::size_t sum = 0; sum < ways.size(); ++sum)
    if (static_cast<int>(sum) + fixed >= r.positive) at_least += ways[sum];
  return at_least / all;
}

double approximate(const Ranked& r, double n) {
  const double mean = n * (n + 1) / 4;
  const double error = std::sqrt((n * (n + 1) * (2 * n + 1) - r.tie_sum / 2) / 24);
  const double z = (r.positive / 4.0 - mean - 0.5) / error;
  return std::erfc(z / std::sqrt(2.0)) / 2;
}

}  // namespace

double wilcoxon_greater(std::span<const double> differences) {
  constexpr std::size_t kExact = 50, kExactTied = 13;
  if (std::ranges::any_of(differences, [](double d) { return std::isnan(d); }))
    return std::numeric_limits<double>::quiet_NaN();
  if (std::ranges::all_of(differences, [](double d) { return d == 0; })) return 1;
  const Ranked r = rank(differences);
  if (differences.size() <= (r.ties ? kExactTied : kExact)) return exact(r, differences);
  return approximate(r, static_cast<double>(differences.size()));
}

}  // namespace antigrad::search
