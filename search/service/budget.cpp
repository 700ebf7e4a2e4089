// Counting trials.
#include "search/service/budget.hpp"

#include <algorithm>

namespace antigrad::search {

int budget_used(const StoredStudy& study) {
  return static_cast<int>(std::count_if(
      study.trials.begin(), study.trials.end(),
      [](const StoredTrial& trial) { return !trial.system_attrs.contains("retry_history"); }));
}

int running(const StoredStudy& study) {
  return static_cast<int>(
      std::count_if(study.trials.begin(), study.trials.end(),
                    [](const StoredTrial& trial) { return trial.state == TrialState::running; }));
}

bool is_retried(const StoredStudy& study, const StoredTrial& trial) {
  const auto begin = study.trials.begin() + trial.number + 1;
  return std::any_of(begin, study.trials.end(), [&](const StoredTrial& later) {
    const auto history = later.system_attrs.find("retry_history");
    return history != later.system_attrs.end() && history->is_array() &&
           std::find(history->begin(), history->end(), Json(trial.number)) != history->end();
  });
}

}  // namespace antigrad::search
