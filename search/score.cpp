// Stages, units, halving.
#include "search/score.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "search/evidence/learned_estimator.hpp"
#include "search/statistics.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

Run& run_of(Trial& trial, const StudyConfig& config, const Task& task, int index) {
  for (Run& run : trial.runs) {
    if (run.task == task.name && run.index == index) return run;
  }
  return trial.runs.emplace_back(Run{task.name, index, config.training_seed(index), {}, {}});
}

void add_measurement(Trial& trial, Run& run, const trainer::Measurement& m) {
  trial.steps += std::max(0, m.steps - run.measurement.steps);
  trial.training_seconds += m.training_seconds;
  trial.total_seconds += m.total_seconds;
  run.measurement = m;
}

// A run that says ok without a finite loss has diverged all the same.
trainer::Measurement checked(trainer::Measurement m) {
  if (m.outcome != trainer::Outcome::ok) return m;
  if (m.curve.empty() || !std::isfinite(m.curve.back().validation_loss)) {
    m.outcome = trainer::Outcome::diverged;
    m.reason = "the validation loss is not finite";
  }
  return m;
}

void take(const Task& task, const Stage& stage, Trial& trial, Run& run,
          const trainer::Measurement& m) {
  add_measurement(trial, run, m);
  if (m.outcome == trainer::Outcome::ok) {
    run.losses[steps_at(task, stage)] =
        stage.final ? m.curve.back().validation_loss : judged(task, m.curve, stage.fraction);
    return;
  }
  trial.state = TrialState::fail;
  trial.outcome = m.outcome;
  trial.reason = fmt::format("task {}, seed {}: {}", task.name, run.seed, m.reason);
}

/// The runs of one task and seed that are lacking.
void measure_runs(const StudyConfig& config, const Stage& stage, trainer::Evaluator& evaluator,
                  std::span<Trial* const> trials, const Task& task, int index) {
  const int steps = steps_at(task, stage);
  std::vector<Trial*> asked;
  std::vector<trainer::Evaluation> requests;
  for (Trial* const trial : trials) {
    if (trial->state == TrialState::fail) continue;
    const Run& run = run_of(*trial, config, task, index);
    if (run.losses.count(steps) > 0) continue;
    asked.push_back(trial);
    requests.push_back({trial->candidate.activation, task.name, run.seed, steps, trial->folder()});
  }
  if (asked.empty()) return;
  const std::vector<trainer::Measurement> answers =
      asked.size() == 1 ? std::vector{evaluator.evaluate(requests.front())}
                        : evaluator.evaluate_together(requests);
  for (std::size_t i = 0; i < asked.size(); ++i)
    take(task, stage, *asked[i], run_of(*asked[i], config, task, index), checked(answers.at(i)));
}

}  // namespace

std::vector<Stage> search_stages(const StudyConfig& config) {
  std::vector<Stage> stages;
  for (const Rung& rung : config.halving.rungs) {
    Stage stage{rung.fraction, std::vector<int>(static_cast<std::size_t>(rung.seeds))};
    std::iota(stage.seeds.begin(), stage.seeds.end(), 0);
    stages.push_back(std::move(stage));
  }
  return stages;
}

Stage confirm_stage(const StudyConfig& config) {
  Stage stage{1, std::vector<int>(static_cast<std::size_t>(config.confirm.seeds)), true};
  std::iota(stage.seeds.begin(), stage.seeds.end(), config.search_seeds());
  return stage;
}

int steps_at(const Task& task, const Stage& stage) {
  return std::max(1, static_cast<int>(std::lround(stage.fraction * task.steps)));
}

double stage_loss(const Trial& trial, const Task& task, const Stage& stage) {
  double sum = 0;
  for (const int index : stage.seeds) {
    const Run* run = trial.run(task.name, index);
    const auto none = std::numeric_limits<double>::quiet_NaN();
    if (run == nullptr) return none;
    const auto at = run->losses.find(steps_at(task, stage));
    if (at == run->losses.end() || !std::isfinite(at->second)) return none;
    sum += at->second;
  }
  return sum / static_cast<double>(stage.seeds.size());
}

Unit unit_of(std::span<const Trial* const> baselines, const Task& task, const Stage& stage) {
  std::vector<double> losses;
  for (const Trial* baseline : baselines) {
    const double loss = stage_loss(*baseline, task, stage);
    if (!std::isnan(loss)) losses.push_back(loss);
  }
  if (losses.empty()) {
    const std::string first = baselines.empty() ? "there is no baseline" : baselines[0]->reason;
    throw space::Error(
        fmt::format("no baseline could be trained on task \"{}\": {}", task.name, first));
  }
  Unit unit;
  unit.location = median(losses);
  for (double& loss : losses) loss = std::abs(loss - unit.location);
  unit.scale = std::max({mean(losses), 1e-3 * std::abs(unit.location), 1e-12});
  return unit;
}

double score(const StudyConfig& config, std::span<const Trial* const> baselines, const Trial& trial,
             const Stage& stage) {
  double sum = 0;
  for (const Task& task : config.tasks) {
    const Unit unit = unit_of(baselines, task, stage);
    sum += (stage_loss(trial, task, stage) - unit.location) / unit.scale;
  }
  return sum / static_cast<double>(config.tasks.size());
}

bool goes_on(double own, std::span<const double> others, int reduction) {
  const int count = static_cast<int>(others.size());
  if (count < reduction) return true;
  const auto ahead = std::count_if(others.begin(), others.end(), [&](double s) { return s < own; });
  return ahead < (count + 1 + reduction - 1) / reduction;
}

void measure(const StudyConfig& config, const Stage& stage, trainer::Evaluator& evaluator,
             std::span<Trial* const> trials) {
  for (const Task& task : config.tasks)
    for (const int index : stage.seeds) measure_runs(config, stage, evaluator, trials, task, index);
}

bool measure(const StudyConfig& config, const Stage& stage, trainer::Evaluator& evaluator,
             Trial& trial) {
  Trial* const one = &trial;
  measure(config, stage, evaluator, {&one, 1});
  return trial.state != TrialState::fail;
}

}  // namespace antigrad::search
