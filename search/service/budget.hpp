// How much of a study is given out. A trial and its retries count once, so that a study of N trials
// ends with N results, whatever the number of workers and of those that die.
#pragma once
#include "search/storage/replay.hpp"

namespace antigrad::search {

/// Trials but for those that are retries of others.
int budget_used(const StoredStudy& study);
/// Trials that run.
int running(const StoredStudy& study);
/// Whether a later trial is this one again.
bool is_retried(const StoredStudy& study, const StoredTrial& trial);

}  // namespace antigrad::search
