// Rows and columns.
#include "search/evidence/two_way.hpp"

#include <algorithm>
#include <cmath>

#include "search/statistics.hpp"

namespace antigrad::search {

Curves whole_table(const CurveTable& table) {
  std::map<std::uint64_t, int> count;
  for (const auto& [activation, seeds] : table)
    for (const auto& [seed, curve] : seeds) ++count[seed];
  std::vector<std::uint64_t> order;
  for (const auto& [seed, n] : count) order.push_back(seed);
  std::ranges::stable_sort(order, [&](auto a, auto b) { return count[a] > count[b]; });
  const auto rows_with = [&](std::size_t seeds) {
    Curves rows;
    for (const auto& [activation, runs] : table) {
      auto& row = rows.emplace_back();
      for (std::size_t s = 0; s < seeds; ++s)
        if (const auto at = runs.find(order[s]); at != runs.end()) row.push_back(&at->second);
      if (row.size() < seeds) rows.pop_back();
    }
    return rows;
  };
  Curves best;
  std::size_t size = 0;
  for (std::size_t seeds = 2; seeds <= order.size(); ++seeds) {
    Curves rows = rows_with(seeds);
    if (rows.size() < 3 || rows.size() * seeds < size) continue;
    size = rows.size() * seeds;
    best = std::move(rows);
  }
  return best;
}

Figures figures_of(const Curves& curves, const EstimatorRow& row, int upto, int full) {
  Figures figures;
  for (const auto& runs : curves) {
    auto& mine = figures.emplace_back();
    for (const auto* curve : runs) {
      const auto end =
          std::ranges::find_if(*curve, [&](const trainer::CurvePoint& p) { return p.step > upto; });
      mine.push_back(end == curve->begin() ? std::nan("") : row.value({curve->begin(), end}, full));
    }
  }
  return figures;
}

std::vector<double> means(const Figures& figures) {
  std::vector<double> m;
  for (const auto& row : figures) m.push_back(mean(row));
  return m;
}

std::vector<double> column(const Figures& f, std::size_t seed) {
  std::vector<double> values;
  for (const auto& row : f) values.push_back(row[seed]);
  return values;
}

std::vector<double> others(const Figures& f, std::size_t seed) {
  std::vector<double> values(f.size());
  for (std::size_t i = 0; i < f.size(); ++i) {
    for (std::size_t s = 0; s < f[i].size(); ++s)
      if (s != seed) values[i] += f[i][s];
    values[i] /= static_cast<double>(f[i].size() - 1);
  }
  return values;
}

double rank_with(const Figures& figures, const Figures& final) {
  double sum = 0;
  for (std::size_t s = 0; s < final[0].size(); ++s)
    sum += spearman(column(figures, s), others(final, s));
  return sum / static_cast<double>(final[0].size());
}

double ceiling_of(const Figures& final) {
  const std::size_t seeds = final[0].size();
  double sum = 0, pairs = 0;
  for (std::size_t a = 0; a < seeds; ++a)
    for (std::size_t b = a + 1; b < seeds; ++b, ++pairs)
      sum += spearman(column(final, a), column(final, b));
  const double r = std::max(0.0, sum / pairs), n = static_cast<double>(seeds - 1);
  return std::sqrt(n * r / (1 + (n - 1) * r));
}

}  // namespace antigrad::search
