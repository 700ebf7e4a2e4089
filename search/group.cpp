// Records of a group: op 4 in order while they come in, ops 7 and 6 for all at the end.
#include "search/group.hpp"

#include <algorithm>

#include "search/evidence/objective.hpp"

namespace antigrad::search {
namespace {

class GroupRun {
 public:
  GroupRun(Session& session, const Group& group, int study_id, int recorded)
      : session_(session),
        group_(group),
        study_id_(study_id),
        next_(static_cast<std::size_t>(recorded)),
        in_order_(recorded, [this](Trial trial) { record(std::move(trial)); }) {}

  void work(trainer::Evaluator& evaluator) {
    const AbortGuard guard(session_);
    Trial trial;
    while (take(trial)) {
      for (const Stage& stage : group_.stages) {
        if (!session_.measure_stage(stage, evaluator, trial)) break;
        const std::lock_guard lock(session_.mutex);
        session_.tell(&Listener::rung_finished, trial);
      }
      evaluator.forget();
      trial.completed = timestamp();
      const std::lock_guard lock(session_.mutex);
      in_order_.put(std::move(trial));
    }
  }

 private:
  bool take(Trial& trial) {
    const std::lock_guard lock(session_.mutex);
    if (session_.stopping() || next_ >= group_.wanted.size()) return false;
    trial = group_.wanted[next_++];
    trial.started = timestamp();
    ++session_.progress.running;
    session_.tell(&Listener::proposed, trial);
    return true;
  }

  void record(Trial trial) {
    const Json one = to_record(trial, study_id_);
    session_.journal.append({&one, 1});
    session_.count_finished(trial);
    session_.tell(&Listener::trial_finished, trial);
  }

  Session& session_;
  const Group& group_;
  int study_id_;
  std::size_t next_;
  InOrder in_order_;
};

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
      trial.objectives = objective_values(session.config, baselines, trial, group.stages.back());
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
  const int study_id = session.ensure_study(group.study);
  const auto total = static_cast<int>(group.wanted.size());
  const int recorded = std::min(total, static_cast<int>(session.load(group.study).size()));
  session.begin_phase(group.phase, recorded, total);
  if (recorded < total) {
    GroupRun run(session, group, study_id, recorded);
    pool.run([&](trainer::Evaluator& evaluator, int) { run.work(evaluator); });
    if (session.progress.finished < total) return false;
  }
  finish(session, group);
  return true;
}

}  // namespace antigrad::search
