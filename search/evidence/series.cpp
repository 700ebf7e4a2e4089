// Slots take trials in order; records leave in order.
#include "search/evidence/series.hpp"

#include <algorithm>

namespace antigrad::search {
namespace {

class SeriesRun {
 public:
  SeriesRun(Session& session, const Series& series, int study_id, int recorded)
      : session_(session),
        series_(series),
        study_id_(study_id),
        next_(static_cast<std::size_t>(recorded)),
        in_order_(recorded, [this](Trial trial) { record(std::move(trial)); }) {}

  void work(trainer::Evaluator& evaluator) {
    const AbortGuard guard(session_);
    Trial trial;
    while (take(trial)) {
      const Stage& stage = series_.stages[static_cast<std::size_t>(trial.number)];
      if (session_.measure_stage(stage, evaluator, trial)) {
        trial.state = TrialState::complete;
        trial.scores = {mean_loss(trial, stage)};
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
    if (session_.stopping() || next_ >= series_.wanted.size()) return false;
    trial = series_.wanted[next_++];
    trial.started = timestamp();
    ++session_.progress.running;
    session_.tell(&Listener::proposed, trial);
    return true;
  }

  double mean_loss(const Trial& trial, const Stage& stage) const {
    double sum = 0;
    for (const Task& task : session_.config.tasks) sum += stage_loss(trial, task, stage);
    return sum / static_cast<double>(session_.config.tasks.size());
  }

  void record(Trial trial) {
    const Json one = to_record(trial, study_id_);
    session_.journal.append({&one, 1});
    session_.count_finished(trial);
    session_.tell(&Listener::trial_finished, trial);
  }

  Session& session_;
  const Series& series_;
  int study_id_;
  std::size_t next_;
  InOrder in_order_;
};

}  // namespace

bool run_series(Session& session, Pool& pool, const Series& series) {
  const int study_id = session.ensure_study(series.study);
  const auto total = static_cast<int>(series.wanted.size());
  const int recorded = std::min(total, static_cast<int>(session.load(series.study).size()));
  session.begin_phase(series.phase, recorded, total);
  if (recorded == total) return true;
  SeriesRun run(session, series, study_id, recorded);
  pool.run([&](trainer::Evaluator& evaluator, int) { run.work(evaluator); });
  return session.progress.finished >= total;
}

}  // namespace antigrad::search
