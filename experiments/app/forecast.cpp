// A few timed steps of the first baseline on each task.
#include "experiments/app/forecast.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>

#include "experiments/app/model_facts.hpp"
#include "experiments/app/narrator.hpp"
#include "experiments/app/slots.hpp"
#include "search/estimate.hpp"
#include "search/library/past_study.hpp"
#include "space/error.hpp"
#include "trainer/measure/study_keys.hpp"
#include "trainer/stacked/stacking_fault.hpp"

namespace antigrad::app {
namespace {

using trainer::Evaluator;

// Seconds a step with its share of evaluations; negative when the training failed.
double seconds_per_step(Evaluator& evaluator, const trainer::Task& task,
                        const std::string& activation) {
  constexpr int kMore = 8;
  trainer::Evaluation request{activation, task.name, 0, 1};
  const trainer::Measurement first = evaluator.evaluate(request);
  request.steps += kMore;
  const trainer::Measurement second = evaluator.evaluate(request);
  if (second.outcome != trainer::Outcome::ok) return -1;
  // first = step + evaluation (and the model's initialisation), second = 8 steps + evaluation.
  const double step = std::max((second.training_seconds - first.training_seconds) / (kMore - 1),
                               second.training_seconds / (4 * kMore));
  const double evaluation = std::max(second.training_seconds - kMore * step, 0.0);
  return step + evaluation / task.evaluate_every;
}

std::map<std::string, double> time_steps(const search::StudyConfig& config,
                                         const std::vector<trainer::Task>& tasks,
                                         search::Pool& pool) {
  const std::string activation = config.definitions.find(config.baselines.front())->text;
  std::mutex mutex;
  std::map<std::string, double> seconds;
  pool.run([&](Evaluator& evaluator, int) {
    for (const trainer::Task& task : tasks) {
      const double one = seconds_per_step(evaluator, task, activation);
      const std::lock_guard lock(mutex);
      if (one >= 0) seconds[task.name] += one / pool.workers();
    }
    evaluator.forget();
  });
  return seconds;
}

/// What the tasks, or this machine, do not allow.
void refuse_keys(const search::StudyConfig& config, const std::vector<trainer::Task>& tasks) {
  const trainer::StudyKeys keys = trainer::read_study_keys(config.file);
  for (const trainer::Task& task : tasks)
    if (const std::string fault = trainer::stacking_fault(task);
        keys.stacked.count > 1 && !fault.empty())
      throw space::Error({config.file, 0, 0},
                         fmt::format("task \"{}\" cannot train stacked: {}; got stacked: {}, "
                                     "expected none: remove the key, or the task",
                                     task.name, fault, keys.stacked.count));
  if (keys.device.name == trainer::DeviceSpec::Name::cpu) return;
  try {
    const VisibleGpus gpus = visible_gpus();
    (void)trainer::placement_of(keys.device, gpus.count, 0, gpus.why);
  } catch (const space::Error& error) {
    throw space::Error({config.file, 0, 0}, error.what());
  }
}

/// What was chosen to judge a task's runs; "" where its study says it or nothing better is known.
std::string judges_text(const search::Task& task) {
  std::vector<std::string> parts;
  for (const search::LearnedEstimator& l : task.learned)
    parts.push_back(fmt::format("{} after {:g} % of the steps", to_string(l), 100 * l.fraction));
  if (parts.empty()) return "";
  return fmt::format("\n  {}: judged by {} (as measured; `estimator:` names another)", task.name,
                     fmt::join(parts, ", "));
}

}  // namespace

std::vector<trainer::Task> checked_tasks(const search::StudyConfig& config) {
  if (!config.command.command.empty()) return {};  // the program's own
  std::vector<trainer::Task> tasks = trainer::read_tasks(config.file);
  refuse_keys(config, tasks);
  for (const trainer::Task& task : tasks) {
    for (const std::string& path : task.data.files()) {
      if (std::filesystem::exists(path)) continue;
      throw space::Error(
          {config.file, 0, 0},
          fmt::format(
              "task \"{}\": there is no {}; ./scripts/run fetches the quickstart's data, `antigrad "
              "data get` what is published, and other data is named by the study's `path:`",
              task.name, path));
    }
  }
  return tasks;
}

std::string forecast(const search::StudyConfig& config, const std::vector<trainer::Task>& tasks,
                     search::Pool& pool) {
  const auto seconds = time_steps(config, tasks, pool);
  const search::Cost cost = search::estimate_cost(config, seconds, pool.workers());
  const bool all = seconds.size() == tasks.size();
  std::string text = fmt::format(
      "{}: {} baselines + {} candidates on {} tasks, then {} again on {} new seeds; about {:.0f} "
      "training steps,{} {} "
      "with {} worker{}, {:.1f} MB of disk",
      config.name, cost.baselines, cost.candidates, config.tasks.size(), cost.confirmations,
      config.confirm.seeds, cost.steps, all ? "" : " at least", duration(cost.seconds),
      pool.workers(), pool.workers() == 1 ? "" : "s", cost.disk_bytes / 1e6);
  const std::vector<search::TaskFacts> facts = search::facts_of_tasks(config);
  for (std::size_t i = 0; i < tasks.size(); ++i)
    text += fmt::format("\n  {}: {}{}", tasks[i].name, model_facts(tasks[i]),
                        search::says_normalised(facts[i]) ? "; activations are normalised" : "");
  for (const search::Task& task : config.tasks) text += judges_text(task);
  return text;
}

}  // namespace antigrad::app
