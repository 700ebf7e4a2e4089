// A fixed list of trials: the slots of the pool take them in turn, the journal gets them in order.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "search/session.hpp"

namespace antigrad::search {

struct TrialList {
  Phase phase = Phase::baselines;
  std::string study;
  std::vector<Trial> wanted;  // numbered from 0, nothing measured
};

/// Fills in what a trial measures, in a slot; the session's mutex is free.
using TrainTrial = std::function<void(trainer::Evaluator& evaluator, Trial& trial)>;

/// Trains what the journal lacks of the list. False when stopped before the end.
bool run_list(Session& session, Pool& pool, const TrialList& list, const TrainTrial& train);

}  // namespace antigrad::search
