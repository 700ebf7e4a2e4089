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
  return run_list(session, pool, series, [&](trainer::Evaluator& evaluator, Trial& trial) {
    const Stage& stage = series.stages[static_cast<std::size_t>(trial.number)];
    if (!session.measure_stage(stage, evaluator, trial)) return;
    trial.state = TrialState::complete;
    trial.scores = {mean_loss(session.config, trial, stage)};
  });
}

}  // namespace antigrad::search
