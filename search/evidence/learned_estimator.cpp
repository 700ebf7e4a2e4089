// Folds, ridge regression, and what follows from them.
#include "search/evidence/learned_estimator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/learning/linear.hpp"
#include "search/statistics.hpp"
#include "search/study.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

constexpr int kFolds = 5;
constexpr double kRidge = 0.1;  // of the number of rows: features have unit size
constexpr double kFarthest = 3;
constexpr std::size_t kLeast = 8;
constexpr double kWorthIt = 0.01;  // by which a sum must rank better than one alone

/// Middle and half the middle half's width of what is not far away.
struct Scale {
  double middle = 0, size = 1;
  double at(double v) const { return std::clamp((v - middle) / size, -kFarthest, kFarthest); }
};

Scale scale_of(std::vector<double> values) {
  std::ranges::sort(values);
  const auto at = [&](double q) {
    return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
  };
  return {at(0.5), std::max(0.5 * (at(0.75) - at(0.25)), 1e-12)};
}

/// Each seed about its own middle, all by one size; poor activations count as poor, not as how
/// poor.
Figures standardised(const Figures& f, double* size) {
  const std::size_t seeds = f[0].size();
  *size = 0;
  for (std::size_t s = 0; s < seeds; ++s)
    *size += scale_of(column(f, s)).size / static_cast<double>(seeds);
  Figures out(f.size(), std::vector<double>(seeds));
  for (std::size_t s = 0; s < seeds; ++s) {
    const Scale scale{scale_of(column(f, s)).middle, *size};
    for (std::size_t i = 0; i < f.size(); ++i) out[i][s] = scale.at(f[i][s]);
  }
  return out;
}

/// Everything of one length of runs.
struct Problem {
  std::vector<std::string> names;
  std::vector<Figures> figures;  // by estimator, standardised
  std::vector<double> sizes;     // units of the raw figures
  Figures target;                // final loss over the other seeds, standardised
  std::vector<int> fold;         // of an activation

  std::size_t rows() const { return target.size(); }
  std::size_t seeds() const { return target[0].size(); }
};

Figures targets_of(const Figures& final) {
  Figures target(final.size(), std::vector<double>(final[0].size()));
  for (std::size_t s = 0; s < final[0].size(); ++s) {
    const std::vector<double> rest = others(final, s);
    for (std::size_t i = 0; i < final.size(); ++i) target[i][s] = rest[i];
  }
  double size = 0;
  return standardised(target, &size);
}

Problem problem_of(const Curves& curves, int upto, int steps) {
  Problem p;
  p.target = targets_of(figures_of(curves, estimator("averaged"), steps, steps));
  for (const EstimatorRow& row : estimators()) {
    const Figures f = figures_of(curves, row, upto, steps);
    if (std::ranges::any_of(means(f), [](double x) { return !std::isfinite(x); })) continue;
    double size = 0;
    p.figures.push_back(standardised(f, &size));
    p.sizes.push_back(size);
    p.names.emplace_back(row.name);
  }
  // Folds of equal size in an order that does not follow the texts.
  std::vector<std::pair<std::uint64_t, std::size_t>> order;
  for (std::size_t i = 0; i < p.rows(); ++i) order.emplace_back(space::child_seed(1, i), i);
  std::ranges::sort(order);
  p.fold.resize(p.rows());
  for (std::size_t i = 0; i < order.size(); ++i)
    p.fold[order[i].second] = static_cast<int>(i % kFolds);
  return p;
}

bool in_training(const Problem& p, std::size_t row, int left_out) {
  return p.fold[row] != left_out;
}

/// (X'X + ridge)^-1 X'y over rows that are not in the fold; a fold of -1 leaves nothing out.
std::vector<double> ridge(const Problem& p, int left_out) {
  const std::size_t n = p.names.size();
  Matrix a(n, n);
  std::vector<double> b(n);
  double rows = 0;
  for (std::size_t i = 0; i < p.rows(); ++i) {
    if (!in_training(p, i, left_out)) continue;
    for (std::size_t s = 0; s < p.seeds(); ++s, ++rows)
      for (std::size_t j = 0; j < n; ++j) {
        b[j] += p.figures[j][i][s] * p.target[i][s];
        for (std::size_t k = 0; k < n; ++k) a(j, k) += p.figures[j][i][s] * p.figures[k][i][s];
      }
  }
  for (std::size_t j = 0; j < n; ++j) a(j, j) += kRidge * rows;
  const Matrix factor = cholesky(a);
  return solve_upper(factor, solve_lower(factor, b));
}

/// The estimator with the highest rank correlation there.
std::size_t best_single(const Problem& p, int left_out) {
  std::size_t best = 0;
  double most = -2;
  for (std::size_t j = 0; j < p.names.size(); ++j) {
    double rank = 0;
    for (std::size_t s = 0; s < p.seeds(); ++s) {
      std::vector<double> figure, target;
      for (std::size_t i = 0; i < p.rows(); ++i) {
        if (!in_training(p, i, left_out)) continue;
        figure.push_back(p.figures[j][i][s]);
        target.push_back(p.target[i][s]);
      }
      rank += spearman(figure, target) / static_cast<double>(p.seeds());
    }
    if (rank > most) best = j, most = rank;
  }
  return best;
}

double sum_at(const Problem& p, const std::vector<double>& weights, std::size_t i, std::size_t s) {
  double sum = 0;
  for (std::size_t j = 0; j < weights.size(); ++j) sum += weights[j] * p.figures[j][i][s];
  return sum;
}

double rank_of(const Problem& p, const Figures& predicted) {
  double rank = 0;
  for (std::size_t s = 0; s < p.seeds(); ++s)
    rank += spearman(column(predicted, s), column(p.target, s)) / static_cast<double>(p.seeds());
  return rank;
}

/// Weights of raw figures, their absolute values summing to 1.
std::map<std::string, double> raw_weights(const Problem& p, const std::vector<double>& weights) {
  std::map<std::string, double> raw;
  double sum = 0;
  for (std::size_t j = 0; j < weights.size(); ++j) {
    if (weights[j] == 0) continue;
    raw[p.names[j]] = weights[j] / p.sizes[j];
    sum += std::abs(weights[j] / p.sizes[j]);
  }
  for (auto& [name, weight] : raw) weight /= sum;
  return raw;
}

LearnedEstimator learn(const Problem& p, double fraction) {
  Figures sums(p.rows(), std::vector<double>(p.seeds())), singles = sums;
  for (int fold = 0; fold < kFolds; ++fold) {
    const std::vector<double> weights = ridge(p, fold);
    const std::size_t single = best_single(p, fold);
    for (std::size_t i = 0; i < p.rows(); ++i) {
      if (in_training(p, i, fold)) continue;
      singles[i] = p.figures[single][i];
      for (std::size_t s = 0; s < p.seeds(); ++s) sums[i][s] = sum_at(p, weights, i, s);
    }
  }
  const auto averaged = std::ranges::find(p.names, std::string("averaged")) - p.names.begin();
  LearnedEstimator learned{fraction,
                           {},
                           rank_of(p, sums),
                           rank_of(p, singles),
                           rank_of(p, p.figures.at(static_cast<std::size_t>(averaged))),
                           static_cast<int>(p.rows()),
                           static_cast<int>(p.seeds())};
  std::vector<double> weights = ridge(p, -1);
  if (!(learned.sum > learned.single + kWorthIt)) {
    std::ranges::fill(weights, 0);
    weights[best_single(p, -1)] = 1;
  }
  learned.weights = raw_weights(p, weights);
  return learned;
}

}  // namespace

std::vector<LearnedEstimator> learn_estimators(const CurveTable& table, int steps) {
  const Curves curves = whole_table(table);
  if (curves.size() < kLeast) return {};
  std::vector<LearnedEstimator> all;
  for (const double fraction : {0.1, 0.25, 0.5, 1.0}) {
    const Problem problem =
        problem_of(curves, static_cast<int>(std::lround(fraction * steps)), steps);
    if (std::ranges::count(problem.names, "averaged")) all.push_back(learn(problem, fraction));
  }
  return all;
}

std::string to_string(const LearnedEstimator& learned) {
  std::string text;
  for (const auto& [name, weight] : learned.weights) {
    const char* sign = text.empty() ? (weight < 0 ? "-" : "") : (weight < 0 ? " - " : " + ");
    text += learned.weights.size() == 1 ? name
                                        : fmt::format("{}{:.2g} {}", sign, std::abs(weight), name);
  }
  return text;
}

double judged(const Task& task, std::span<const trainer::CurvePoint> curve, double fraction) {
  if (task.learned.empty()) return estimator(task.estimator).value(curve, task.steps);
  const auto nearest = std::ranges::min_element(task.learned, {}, [&](const LearnedEstimator& l) {
    return std::abs(std::log(l.fraction / fraction));
  });
  double sum = 0;
  for (const auto& [name, weight] : nearest->weights)
    sum += weight * estimator(name).value(curve, task.steps);
  return sum;
}

}  // namespace antigrad::search
