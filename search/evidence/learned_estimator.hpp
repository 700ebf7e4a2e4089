// Score estimators chosen and combined by measurement: of a task's recorded curves, the single
// estimator or the weighted sum of several that ranks activations most like their final loss does.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "search/evidence/two_way.hpp"

namespace antigrad::search {

struct Task;

/// Of runs that are cut at a fraction of their steps.
struct LearnedEstimator {
  double fraction = 1;
  std::map<std::string, double> weights{};  // by estimator, of its figure; absolute ones sum to 1
  // Cross-validated Spearman correlation of one run's value with the final loss over the other
  // seeds: of the weighted sum, of the single one that was best on the rest, of `averaged`.
  double sum = 0, single = 0, averaged = 0;
  int activations = 0, seeds = 0;
  bool operator==(const LearnedEstimator&) const = default;

  /// Of what `weights` are.
  double rank() const { return weights.size() > 1 ? sum : single; }
};

/// At 10, 25, 50 and 100 % of the steps, where curves have a point. A ridge regression of the final
/// loss over the other seeds on all figures, both standardised by their middle halves, five folds
/// of activations; kept where its rank correlation on what was left out is higher by 0.01 than that
/// of the single estimator that was best on the rest, else the best single one. Empty with fewer
/// than 8 activations or 2 seeds.
std::vector<LearnedEstimator> learn_estimators(const CurveTable& table, int steps);

/// "0.6 averaged + 0.4 training".
std::string to_string(const LearnedEstimator& learned);

/// The value that a task's runs are judged by at a fraction of their steps: of what was learned for
/// the nearest one (by ratio), else of the task's estimator. Lower is better.
double judged(const Task& task, std::span<const trainer::CurvePoint> curve, double fraction);

}  // namespace antigrad::search
