// What a study will cost before it starts.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "search/study.hpp"

namespace antigrad::search {

struct Cost {
  int baselines = 0, candidates = 0, confirmations = 0;  // trials
  double steps = 0;  // training steps expected (pruning as halving intends it)
  double seconds =
      0;  // of wall time with `workers`, training only; 0 when seconds per step are not given
  double disk_bytes = 0;  // journal, hall of fame, report
};

/// Training steps of a task in one trial: a baseline, a candidate (expected), a confirmation.
double steps_of_full_trial(const StudyConfig& config, const Task& task);
double steps_of_candidate(const StudyConfig& config, const Task& task);
double steps_of_confirmation(const StudyConfig& config, const Task& task);

/// Steps of a task that the whole study is expected to train.
double expected_steps(const StudyConfig& config, const Task& task);

/// seconds_per_step: by task name, measured by the caller with one worker; a task that is missing
/// counts as 0.
Cost estimate_cost(const StudyConfig& config, const std::map<std::string, double>& seconds_per_step,
                   int workers);

}  // namespace antigrad::search
