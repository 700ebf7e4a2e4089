// Records of a group: op 4 in order while they come in, ops 7 and 6 for all at the end.
#include "search/group.hpp"

#include <algorithm>

#include "search/evidence/objective.hpp"

namespace antigrad::search {
namespace {

void finish(Session& session, const Group& group) {
  std::vector<Trial> trials = session.load(group.study);
  trials.resize(group.wanted.size());
  std::vector<const Trial*> baselines;
  for (const Trial& trial : trials) {
    if (trial.candidate.baseline) baselines.push_back(&trial);
  }
  for (const Stage& stage :
       group.stages) {  // no unit, no score: an error even where nothing is left to score
    for (const Task& task : session.config.tasks) unit_of(baselines, task, stage);
  }
  std::vector<Json> records;
  const Replay now = session.replayed();
  for (Trial& trial : trials) {
    if (trial.finished()) continue;
    trial.scores.clear();
    for (const Stage& stage : group.stages) {
      trial.scores.push_back(score(session.config, baselines, trial, stage));
    }
    if (group.phase == Phase::baselines)
      trial.objectives = objective_values(session.config, baselines, trial, group.stages.back(),
                                          session.kernel_cost);
    trial.state = TrialState::complete;
    trial.completed = timestamp();
    const auto number = static_cast<std::size_t>(trial.number);
    for (Json& r : finish_records(trial, now.find(group.study)->trials[number])) {
      records.push_back(std::move(r));
    }
  }
  session.journal.append(records);
}

}  // namespace

bool run_group(Session& session, Pool& pool, const Group& group) {
  const auto train = [&](trainer::Evaluator& evaluator, std::span<Trial* const> trials) {
    for (const Stage& stage : group.stages) {
      session.measure_stage(stage, evaluator, trials);
      const std::lock_guard lock(session.mutex);
      for (const Trial* const trial : trials)
        if (trial->state != TrialState::fail) session.tell(&Listener::rung_finished, *trial);
    }
  };
  if (!run_list(session, pool, group, train)) return false;
  finish(session, group);
  return true;
}

}  // namespace antigrad::search
