// Worker processes of this very program, or evaluators in it.
#include "experiments/app/slots.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

#include "experiments/app/command_slots.hpp"
#include "experiments/app/trainer_library.hpp"
#include "kernels/cuda/driver.hpp"
#include "search/worker.hpp"
#include "space/error.hpp"
#include "trainer/measure/study_keys.hpp"

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

VisibleGpus visible_gpus() {
  try {
    return {kernels::cuda_device_count(), "the NVIDIA driver sees none; see nvidia-smi"};
  } catch (const space::Error& error) {
    return {0, error.what()};
  }
}

int default_workers(const search::StudyConfig& config) {
  const trainer::DeviceSpec device = trainer::read_study_keys(config.file).device;
  const bool processor = device.name == trainer::DeviceSpec::Name::cpu;
  const int rooms = processor ? 0 : trainer::slots_on_gpus(device, visible_gpus().count);
  const int at_a_time = std::max(1, config.sampler.lag / config.stacked);
  return std::min(rooms > 0 ? rooms : usable_cores(), at_a_time);
}

namespace {

/// command: the worker's; open: the same in this process.
search::EvaluatorFactory made_by(
    const search::StudyConfig& config, const std::string& study_yaml, const char* command,
    std::unique_ptr<trainer::Evaluator> (TrainerLibrary::*open)(const std::string&, int) const) {
  if (config.isolation == search::Isolation::thread) {
    const auto library = std::make_shared<TrainerLibrary>();
    return [library, study_yaml, open](int slot) { return (*library.*open)(study_yaml, slot); };
  }
  search::WorkerOptions options;
  options.argv = {program_path(), command, study_yaml, "--slot"};
  options.limits = config.limits;
  return [options](int slot) {
    search::WorkerOptions own = options;
    own.argv.push_back(std::to_string(slot));
    return search::make_process_evaluator(std::move(own));
  };
}

}  // namespace

search::EvaluatorFactory evaluators(const search::StudyConfig& config,
                                    const std::string& study_yaml) {
  if (!config.command.command.empty()) return command_evaluators(config);
  return made_by(config, study_yaml, "worker", &TrainerLibrary::open_evaluator);
}

search::Spectrum spectrum_of(const search::StudyConfig& config, const std::string& study_yaml) {
  if (config.sampler.fisher_examples == 0) return {};
  if (!config.command.command.empty())
    throw space::Error({config.file, 0, 0},
                       "`features: [function, fisher]` looks at networks of the program's own, but "
                       "`evaluator:` names another one; leave out fisher");
  const std::shared_ptr<trainer::Spectrum> spectrum =
      TrainerLibrary().open_spectrum(study_yaml, config.sampler.fisher_examples);
  return [spectrum](const std::string& text) { return spectrum->eigenvalues(text); };
}

search::MeasureCost measure_cost_of(const search::StudyConfig& config) {
  if (std::ranges::count(config.objectives, "measured_cost") == 0) return {};
  const auto library = std::make_shared<TrainerLibrary>();
  return [library](const std::string& activation) {
    const trainer::KernelCost cost = library->kernel_cost(activation);
    return cost.forward_ns + cost.backward_ns;
  };
}

search::EvaluatorFactory promotion_evaluators(const search::StudyConfig& config,
                                              const std::string& study_yaml) {
  return made_by(config, study_yaml, "promotion-worker", &TrainerLibrary::open_promotion);
}

}  // namespace antigrad::app
