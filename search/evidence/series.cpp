// A trial of a series is finished when it is trained: its value needs no other.
#include "search/evidence/series.hpp"

namespace antigrad::search {
namespace {

double mean_loss(const StudyConfig& config, const Trial& trial, const Stage& stage) {
  double sum = 0;
  for (const Task& task : config.tasks) sum += stage_loss(trial, task, stage);
  return sum / static_cast<double>(config.tasks.size());
}

}  // namespace

bool run_series(Session& session, Pool& pool, const Series& series) {
  const auto train = [&](trainer::Evaluator& evaluator, std::span<Trial* const> trials) {
    Trial& trial = *trials.front();  // one at a time: each has a seed of its own
    const Stage& stage = series.stages[static_cast<std::size_t>(trial.number)];
    session.measure_stage(stage, evaluator, trials);
    if (trial.state == TrialState::fail) return;
    trial.state = TrialState::complete;
    trial.scores = {mean_loss(session.config, trial, stage)};
  };
  return run_list(session, pool, series, train);
}

}  // namespace antigrad::search
