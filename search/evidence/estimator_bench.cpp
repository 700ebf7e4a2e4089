// Two-way tables: activations by seeds.
#include "search/evidence/estimator_bench.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "search/evidence/estimator.hpp"
#include "search/statistics.hpp"

namespace antigrad::search {
namespace {

using Curves = std::vector<std::vector<const std::vector<trainer::CurvePoint>*>>;
using Figures = std::vector<std::vector<double>>;  // [activation][seed]

/// Seeds are taken in the order of how many activations have them; as many as make the largest
/// table.
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

/// Deviation of one run; paired: the mean over activations is taken away seed by seed.
double noise(const Figures& f, bool paired) {
  const std::size_t rows = f.size(), seeds = f[0].size();
  const std::vector<double> row_means = means(f);
  double sum = 0;
  for (std::size_t s = 0; s < seeds; ++s) {
    double shift = 0;
    for (std::size_t i = 0; i < rows && paired; ++i)
      shift += (f[i][s] - row_means[i]) / static_cast<double>(rows);
    for (std::size_t i = 0; i < rows; ++i) sum += std::pow(f[i][s] - row_means[i] - shift, 2);
  }
  const double freedom =
      static_cast<double>(seeds - 1) * static_cast<double>(paired ? rows - 1 : rows);
  return std::sqrt(sum / freedom);
}

std::vector<double> column(const Figures& f, std::size_t seed) {
  std::vector<double> values;
  for (const auto& row : f) values.push_back(row[seed]);
  return values;
}

/// Mean of all columns but one.
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

/// Two seeds agree with rank correlation r; a mean of n of them has reliability n r / (1 + (n-1) r)
/// (Spearman 1910, Brown 1910), and nothing correlates with it better than its root.
double ceiling_of(const Figures& final) {
  const std::size_t seeds = final[0].size();
  double sum = 0, pairs = 0;
  for (std::size_t a = 0; a < seeds; ++a)
    for (std::size_t b = a + 1; b < seeds; ++b, ++pairs)
      sum += spearman(column(final, a), column(final, b));
  const double r = std::max(0.0, sum / pairs), n = static_cast<double>(seeds - 1);
  return std::sqrt(n * r / (1 + (n - 1) * r));
}

/// Of a run's own final loss, from its figure, over the runs of the first seed.
Calibration calibration_of(const Figures& figures, const Figures& final) {
  std::vector<std::pair<double, double>> pairs;
  for (std::size_t i = 0; i < figures.size(); ++i) pairs.emplace_back(figures[i][0], final[i][0]);
  return calibration(pairs);
}

void keep_better_half(Curves& curves, const Figures& final) {
  const std::vector<double> losses = means(final);
  const double middle = median(losses);
  Curves kept;
  for (std::size_t i = 0; i < curves.size(); ++i)
    if (losses[i] <= middle) kept.push_back(curves[i]);
  curves = std::move(kept);
}

}  // namespace

void add_curves(const std::vector<Trial>& trials, const std::string& task, int steps,
                CurveTable& table) {
  for (const Trial& trial : trials) {
    if (trial.outcome != trainer::Outcome::ok) continue;
    for (const Run& run : trial.runs) {
      const auto& curve = run.measurement.curve;
      if (run.task != task || curve.empty() || curve.back().step != steps) continue;
      table[trial.candidate.activation][run.seed] = curve;
    }
  }
}

std::vector<EstimatorFigures> measure_estimators(const CurveTable& table, int steps, bool good) {
  Curves curves = whole_table(table);
  if (curves.empty()) return {};
  Figures final = figures_of(curves, estimator("averaged"), steps, steps);
  if (good) {
    keep_better_half(curves, final);
    if (curves.size() < 3) return {};
    final = figures_of(curves, estimator("averaged"), steps, steps);
  }
  const double ceiling = ceiling_of(final);
  std::vector<EstimatorFigures> all;
  for (const double fraction : {0.1, 0.25, 0.5, 1.0}) {
    for (const EstimatorRow& row : estimators()) {
      const int upto = static_cast<int>(std::lround(fraction * steps));
      const Figures f = figures_of(curves, row, upto, steps);
      const std::vector<double> m = means(f);
      if (std::ranges::any_of(m, [](double x) { return std::isnan(x); })) continue;
      const double spread = standard_deviation(m);
      all.push_back({row.name, fraction, static_cast<int>(f.size()), static_cast<int>(f[0].size()),
                     spread / noise(f, false), spread / noise(f, true), rank_with(f, final),
                     ceiling, calibration_of(f, final)});
    }
  }
  return all;
}

}  // namespace antigrad::search
