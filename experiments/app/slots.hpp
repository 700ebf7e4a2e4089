// Workers for a study: how many, and what each slot of the pool drives.
#pragma once
#include <string>

#include "search/pool.hpp"
#include "search/study.hpp"

namespace antigrad::app {

/// Cores this process may use: its affinity, and the quota of its cgroup.
int usable_cores();

/// One worker a core, but no more than the study's lag lets work at a time.
int default_workers(const search::StudyConfig& config);

/// Evaluators of a study whose file lies at `study_yaml`: worker processes of this program, or,
/// with isolation: thread, trainers in this process (which then loads libtorch).
search::EvaluatorFactory evaluators(const search::StudyConfig& config,
                                    const std::string& study_yaml);

/// The same, measuring the test part besides: for `antigrad promote` alone.
search::EvaluatorFactory promotion_evaluators(const search::StudyConfig& config,
                                              const std::string& study_yaml);

}  // namespace antigrad::app
