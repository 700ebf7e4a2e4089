// A fixed list of trials, each trained to its end on one stage and recorded in order: re-trainings
// that no rung decides about.
#pragma once
#include <vector>

#include "search/trial_list.hpp"

namespace antigrad::search {

struct Series : TrialList {
  Series() { phase = Phase::promotion; }
  std::vector<Stage> stages;  // one a trial
};

/// Trains what the journal lacks. A trial's value is its mean validation loss over tasks and seeds.
/// False when stopped before the end.
bool run_series(Session& session, Pool& pool, const Series& series);

}  // namespace antigrad::search
