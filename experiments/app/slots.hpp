// Workers for a study: how many, and what each slot of the pool drives.
#pragma once
#include <string>

#include "search/evidence/objective.hpp"
#include "search/pool.hpp"
#include "search/samplers/sampler.hpp"
#include "search/study.hpp"

namespace antigrad::app {

/// Cores this process may use: its affinity, and the quota of its cgroup.
int usable_cores();

/// What the NVIDIA driver sees; why: there are none.
struct VisibleGpus {
  int count = 0;
  std::string why;
};
VisibleGpus visible_gpus();

/// One worker a core, or, of a study that trains on GPUs, as many as these have room for; but no
/// more than the study's lag lets work at a time.
int default_workers(const search::StudyConfig& config);

/// Evaluators of a study whose file lies at `study_yaml`: worker processes of this program, or,
/// with isolation: thread, trainers in this process (which then loads libtorch).
search::EvaluatorFactory evaluators(const search::StudyConfig& config,
                                    const std::string& study_yaml);

/// The same, measuring the test part besides: for `antigrad promote` alone.
search::EvaluatorFactory promotion_evaluators(const search::StudyConfig& config,
                                              const std::string& study_yaml);

/// What the study's sampler asks of the tasks' networks; none where it does not ask. Loads libtorch
/// into this process. Throws space::Error for a study that trains with a program of its own.
search::Spectrum spectrum_of(const search::StudyConfig& config, const std::string& study_yaml);

/// What measures kernels on this machine, one thread, for a study with the objective measured_cost;
/// none for others. Loads libtorch into this process.
search::MeasureCost measure_cost_of(const search::StudyConfig& config);

}  // namespace antigrad::app
