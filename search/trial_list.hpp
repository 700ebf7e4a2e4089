// A fixed list of trials: the slots of the pool take them in turn, the journal gets them in order.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "search/session.hpp"

namespace antigrad::search {

struct TrialList {
  Phase phase = Phase::baselines;
  std::string study;
  std::vector<Trial> wanted;  // numbered from 0, nothing measured
  int together = 1;           // trials that a slot takes at a time
};

/// Numbers [from, end) that are taken together with `from`: groups of `size` are counted from 0.
int end_of_group(int from, int size, int count);

/// Fills in what trials measure, in a slot; the session's mutex is free.
using TrainTrials =
    std::function<void(trainer::Evaluator& evaluator, std::span<Trial* const> trials)>;

/// Trains what the journal lacks of the list. False when stopped before the end.
bool run_list(Session& session, Pool& pool, const TrialList& list, const TrainTrials& train);

}  // namespace antigrad::search
