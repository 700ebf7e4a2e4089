// Expected cost: halving as it is meant to prune.
#include "search/estimate.hpp"

#include <algorithm>

#include "search/score.hpp"

namespace antigrad::search {
namespace {

double trained(const Task& task, const Stage& stage) {
  return static_cast<double>(stage.seeds.size()) * steps_at(task, stage);
}

}  // namespace

double steps_of_full_trial(const StudyConfig& config, const Task& task) {
  return trained(task, search_stages(config).back());
}

double steps_of_candidate(const StudyConfig& config, const Task& task) {
  double steps = 0;
  double before = 0;
  double share = 1;
  for (const Stage& stage : search_stages(config)) {
    steps += share * (trained(task, stage) - before);
    before = trained(task, stage);
    share /= config.halving.reduction;
  }
  return steps;
}

double steps_of_confirmation(const StudyConfig& config, const Task& task) {
  return trained(task, confirm_stage(config));
}

double expected_steps(const StudyConfig& config, const Task& task) {
  const int baselines = static_cast<int>(config.baselines.size());
  const int confirmations = baselines + std::min(config.confirm.finalists, config.trials);
  return baselines * steps_of_full_trial(config, task) +
         config.trials * steps_of_candidate(config, task) +
         confirmations * steps_of_confirmation(config, task);
}

Cost estimate_cost(const StudyConfig& config, const std::map<std::string, double>& seconds_per_step,
                   int workers) {
  Cost cost;
  cost.baselines = static_cast<int>(config.baselines.size());
  cost.candidates = config.trials;
  cost.confirmations = cost.baselines + std::min(config.confirm.finalists, config.trials);
  for (const Task& task : config.tasks) {
    const double steps = expected_steps(config, task);
    cost.steps += steps;
    const auto known = seconds_per_step.find(task.name);
    if (known != seconds_per_step.end()) cost.seconds += steps * known->second / workers;
  }
  constexpr double kBytesARun =
      1500;  // a learning curve of about ten points and trained parameters
  constexpr double kBytesATrial = 2000;
  constexpr double kReport = 2e6;
  const double runs = static_cast<double>(config.tasks.size()) *
                      ((cost.baselines + cost.candidates) * config.search_seeds() +
                       cost.confirmations * config.confirm.seeds);
  cost.disk_bytes = kReport + runs * kBytesARun +
                    (cost.baselines + cost.candidates + cost.confirmations) * kBytesATrial;
  return cost;
}

}  // namespace antigrad::search
