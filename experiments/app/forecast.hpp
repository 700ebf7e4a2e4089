// What a study will cost on this machine, said before it starts.
#pragma once
#include <string>
#include <vector>

#include "search/pool.hpp"
#include "search/study.hpp"
#include "trainer/task.hpp"

namespace antigrad::app {

/// The tasks of a study file, with their data there. Throws space::Error with file, line and
/// column, or naming data that is missing: before anything is written or a worker started.
std::vector<trainer::Task> checked_tasks(const search::StudyConfig& config);

/// One line a network (its size) after one sentence: trials, training steps, minutes (from some
/// timed steps in every slot at once) and disk. Starts the workers, which stay.
std::string forecast(const search::StudyConfig& config, const std::vector<trainer::Task>& tasks,
                     search::Pool& pool);

}  // namespace antigrad::app
