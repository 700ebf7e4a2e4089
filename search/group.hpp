// A fixed list of activations, each trained through all stages, then scored together: the
// baselines, the confirmation.
#pragma once
#include <vector>

#include "search/trial_list.hpp"

namespace antigrad::search {

struct Group : TrialList {
  std::vector<Stage> stages;
};

/// Trains what the journal lacks and records each as running; when all are in, scores them against
/// the baselines among them and finishes them. False when stopped before. Afterwards the journal's
/// trials are the group's.
bool run_group(Session& session, Pool& pool, const Group& group);

}  // namespace antigrad::search
