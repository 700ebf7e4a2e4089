// The score: validation loss in units of the baselines' spread, averaged over tasks; lower is
// better, 0 = the median baseline.
#pragma once
#include <span>
#include <vector>

#include "search/record.hpp"
#include "search/study.hpp"

namespace antigrad::search {

/// A rung of the search, or the confirmation: what every trial in it is trained for.
struct Stage {
  double fraction = 1;     // of each task's steps
  std::vector<int> seeds;  // indices
  bool final = false;      // judged by the validation loss, whatever the tasks' estimators
};
std::vector<Stage> search_stages(const StudyConfig& config);
/// All steps, on seeds the search has not seen.
Stage confirm_stage(const StudyConfig& config);
int steps_at(const Task& task, const Stage& stage);

/// Mean over the stage's seeds of the validation loss at the stage's steps; NaN unless every run is
/// there and finite.
double stage_loss(const Trial& trial, const Task& task, const Stage& stage);

/// Median of the baselines' stage losses, and their mean absolute deviation from it (at least 1e-3
/// of the median). Baselines without a loss are left out. Throws space::Error when none is left.
struct Unit {
  double location = 0, scale = 1;
};
Unit unit_of(std::span<const Trial* const> baselines, const Task& task, const Stage& stage);

/// Mean over tasks of (loss - location) / scale; NaN when a loss is missing.
double score(const StudyConfig& config, std::span<const Trial* const> baselines, const Trial& trial,
             const Stage& stage);

/// Whether `own` is among the best ceil(count / reduction) of itself and `others` (ties in its
/// favour); always with fewer than `reduction` others.
bool goes_on(double own, std::span<const double> others, int reduction);

/// Trains trials up to a stage, one request for all of them where there are several: runs, losses,
/// steps and resources are filled in. Of a trial whose run failed the state is then fail, with
/// outcome and reason; one that has failed is passed over. Throws what the evaluator throws.
void measure(const StudyConfig& config, const Stage& stage, trainer::Evaluator& evaluator,
             std::span<Trial* const> trials);
/// The same of one; false when it failed.
bool measure(const StudyConfig& config, const Stage& stage, trainer::Evaluator& evaluator,
             Trial& trial);

}  // namespace antigrad::search
