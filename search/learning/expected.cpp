// Chains of regressions, a rung at a time.
#include "search/learning/expected.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "search/statistics.hpp"

namespace antigrad::search {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// [rung][trial]; NaN where a trial did not come.
using Columns = std::vector<std::vector<double>>;

double quantile(const std::vector<double>& sorted, double q) {
  return sorted[static_cast<std::size_t>(q * static_cast<double>(sorted.size() - 1))];
}

// Scores beyond what the middle half would let expect are cut off: how bad does not matter, and
// must not bend the model.
double tame(std::vector<double>& column) {
  std::vector<double> sorted;
  for (const double v : column)
    if (std::isfinite(v)) sorted.push_back(v);
  std::ranges::sort(sorted);
  if (sorted.empty()) return 0;
  if (sorted.size() < 3) return sorted.back();  // too few to have a middle half
  const double most =
      quantile(sorted, 0.5) + 3 * (quantile(sorted, 0.75) - quantile(sorted, 0.25)) + 1e-9;
  for (double& v : column)
    if (!std::isnan(v)) v = std::min(v, most);
  return most;
}

Columns columns_of(std::span<const Trial* const> trials) {
  std::size_t rungs = 1;
  for (const Trial* trial : trials) rungs = std::max(rungs, trial->scores.size());
  Columns columns(rungs, std::vector<double>(trials.size(), kNone));
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (trials[i]->state == TrialState::fail) continue;
    for (std::size_t rung = 0; rung < trials[i]->scores.size(); ++rung)
      columns[rung][i] = trials[i]->scores[rung];
  }
  return columns;
}

}  // namespace

Line shrunken_line(std::span<const double> from, std::span<const double> to) {
  constexpr double kUsual = 0.8, kWeight = 3;
  std::vector<double> x, y;
  for (std::size_t i = 0; i < from.size(); ++i) {
    if (std::isnan(from[i]) || std::isnan(to[i])) continue;
    x.push_back(from[i]);
    y.push_back(to[i]);
  }
  if (x.empty()) return {};
  Line line{mean(x), mean(y), 0};
  const double a = standard_deviation(x), b = standard_deviation(y);
  if (!(a > 0) || !(b > 0)) return line;
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - line.x) / a * (y[i] - line.y) / b;
  const double weight = static_cast<double>(x.size()) - 1;
  line.slope = std::clamp((sum + kWeight * kUsual) / (weight + kWeight), 0.0, 1.0) * b / a;
  return line;
}

std::vector<double> expected_scores(std::span<const Trial* const> trials) {
  Columns columns = columns_of(trials);
  double worst = 0;
  for (auto& column : columns) worst = tame(column);
  for (std::size_t rung = 0; rung + 1 < columns.size(); ++rung) {
    const Line line = shrunken_line(columns[rung], columns[rung + 1]);
    for (std::size_t i = 0; i < trials.size(); ++i)
      if (std::isnan(columns[rung + 1][i])) columns[rung + 1][i] = line.at(columns[rung][i]);
  }
  std::vector<double> scores = std::move(columns.back());
  for (const double score : scores)
    if (std::isfinite(score)) worst = std::max(worst, score);
  for (double& score : scores)
    if (!std::isfinite(score)) score = worst;
  return scores;
}

}  // namespace antigrad::search
