// Two-way tables: activations by seeds.
#include "search/evidence/estimator_bench.hpp"

#include <algorithm>
#include <cmath>

#include "search/evidence/estimator.hpp"
#include "search/evidence/two_way.hpp"
#include "search/statistics.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

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

/// Those activations and seeds of a table that another one has, too.
CurveTable shared_part(const CurveTable& table, const CurveTable& other) {
  CurveTable part;
  for (const auto& [activation, runs] : table) {
    const auto there = other.find(activation);
    if (there == other.end()) continue;
    for (const auto& [seed, curve] : runs)
      if (there->second.contains(seed)) part[activation][seed] = curve;
  }
  return part;
}

using Samples = std::vector<std::vector<std::size_t>>;

/// Numbers of activations, drawn with replacement; a fixed seed.
Samples samples_of(std::size_t activations) {
  constexpr std::size_t kSamples = 100;
  space::Random random(space::child_seed(0, "rank difference"));
  Samples samples(kSamples, std::vector<std::size_t>(activations));
  for (auto& sample : samples)
    for (std::size_t& i : sample)
      i = static_cast<std::size_t>(random.below(static_cast<int>(activations)));
  return samples;
}

/// rank_with by sample.
std::vector<double> sampled_ranks(const Figures& figures, const Figures& final,
                                  const Samples& samples) {
  std::vector<double> ranks;
  for (const auto& sample : samples) {
    Figures some, finals;
    for (const std::size_t i : sample) {
      some.push_back(figures[i]);
      finals.push_back(final[i]);
    }
    ranks.push_back(rank_with(some, finals));
  }
  return ranks;
}

/// Gives the figures of one fraction their differences to `averaged`, which stand first.
void compare(std::span<EstimatorFigures> figures, std::span<const std::vector<double>> ranks) {
  for (std::size_t k = 0; k < figures.size(); ++k) {
    std::vector<double> differences;
    for (std::size_t s = 0; s < ranks[k].size(); ++s)
      differences.push_back(ranks[k][s] - ranks[0][s]);
    const bool there = figures[0].estimator == "averaged";
    figures[k].to_averaged = there ? figures[k].rank - figures[0].rank : std::nan("");
    figures[k].deviation = there ? standard_deviation(differences) : std::nan("");
  }
}

/// Of rank_with, by samples of activations with replacement; a fixed seed.
std::pair<double, double> rank_interval(const Figures& figures, const Figures& final) {
  constexpr int kSamples = 400;
  space::Random random(space::child_seed(0, "rank correlation"));
  std::vector<double> ranks;
  for (int sample = 0; sample < kSamples; ++sample) {
    Figures some, finals;
    for (std::size_t i = 0; i < figures.size(); ++i) {
      const auto row = static_cast<std::size_t>(random.below(static_cast<int>(figures.size())));
      some.push_back(figures[row]);
      finals.push_back(final[row]);
    }
    ranks.push_back(rank_with(some, finals));
  }
  std::ranges::sort(ranks);
  return {ranks[kSamples / 40], ranks[kSamples - 1 - kSamples / 40]};
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
  const Samples samples = samples_of(curves.size());
  std::vector<EstimatorFigures> all;
  for (const double fraction : {0.1, 0.25, 0.5, 1.0}) {
    const std::size_t begin = all.size();
    std::vector<std::vector<double>> ranks;
    for (const EstimatorRow& row : estimators()) {
      const int upto = static_cast<int>(std::lround(fraction * steps));
      const Figures f = figures_of(curves, row, upto, steps);
      const std::vector<double> m = means(f);
      if (std::ranges::any_of(m, [](double x) { return std::isnan(x); })) continue;
      const double spread = standard_deviation(m);
      all.push_back({row.name, fraction, static_cast<int>(f.size()), static_cast<int>(f[0].size()),
                     spread / noise(f, false), spread / noise(f, true), rank_with(f, final),
                     ceiling, calibration_of(f, final)});
      ranks.push_back(sampled_ranks(f, final, samples));
    }
    compare(std::span(all).subspan(begin), ranks);
  }
  return all;
}

std::vector<TransferFigures> measure_transfer(const CurveTable& shorter, int upto, int full,
                                              const CurveTable& longer, int steps, bool good) {
  // The same activations and seeds in both, in the same order.
  const CurveTable some = shared_part(shorter, longer), more = shared_part(longer, shorter);
  Curves runs = whole_table(some), ends = whole_table(more);
  if (runs.size() < 3 || runs.size() != ends.size()) return {};
  Figures final = figures_of(ends, estimator("averaged"), steps, steps);
  if (good) {
    keep_better_half(runs, final);
    keep_better_half(ends, final);
    final = figures_of(ends, estimator("averaged"), steps, steps);
  }
  if (runs.size() < 3) return {};
  std::vector<TransferFigures> all;
  for (const EstimatorRow& row : estimators()) {
    const Figures f = figures_of(runs, row, upto, full);
    if (std::ranges::any_of(means(f), [](double x) { return std::isnan(x); })) continue;
    const auto [low, high] = rank_interval(f, final);
    all.push_back({row.name, static_cast<int>(f.size()), static_cast<int>(f[0].size()),
                   rank_with(f, final), low, high, ceiling_of(final)});
  }
  return all;
}

}  // namespace antigrad::search
