// Worker processes of this very program, or evaluators in it.
#include "experiments/app/slots.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>

#include "experiments/app/command_slots.hpp"
#include "experiments/app/trainer_library.hpp"
#include "search/worker.hpp"

namespace antigrad::app {

int usable_cores() {
  cpu_set_t allowed;
  int cores = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  std::ifstream in("/sys/fs/cgroup/cpu.max");
  double quota = 0, period = 0;
  if (in >> quota >> period && period > 0) {  // "max 100000" does not read as a number
    cores = std::min(cores, static_cast<int>(std::ceil(quota / period)));
  }
  return std::max(cores, 1);
}

int default_workers(const search::StudyConfig& config) {
  return std::min(usable_cores(), config.sampler.lag);
}

namespace {

/// command: the worker's; open: the same in this process.
search::EvaluatorFactory made_by(
    const search::StudyConfig& config, const std::string& study_yaml, const char* command,
    std::unique_ptr<trainer::Evaluator> (TrainerLibrary::*open)(const std::string&) const) {
  if (config.isolation == search::Isolation::thread) {
    const auto library = std::make_shared<TrainerLibrary>();
    return [library, study_yaml, open](int) { return (*library.*open)(study_yaml); };
  }
  search::WorkerOptions options;
  options.argv = {program_path(), command, study_yaml};
  options.limits = config.limits;
  return [options](int) { return search::make_process_evaluator(options); };
}

}  // namespace

search::EvaluatorFactory evaluators(const search::StudyConfig& config,
                                    const std::string& study_yaml) {
  if (!config.command.command.empty()) return command_evaluators(config);
  return made_by(config, study_yaml, "worker", &TrainerLibrary::open_evaluator);
}

search::EvaluatorFactory promotion_evaluators(const search::StudyConfig& config,
                                              const std::string& study_yaml) {
  return made_by(config, study_yaml, "promotion-worker", &TrainerLibrary::open_promotion);
}

}  // namespace antigrad::app
