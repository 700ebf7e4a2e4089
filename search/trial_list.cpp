// Taking trials, training them, recording them in order.
#include "search/trial_list.hpp"

#include <algorithm>

namespace antigrad::search {
namespace {

class ListRun {
 public:
  ListRun(Session& session, const TrialList& list, const TrainTrial& train, int study_id,
          int recorded)
      : session_(session),
        list_(list),
        train_(train),
        study_id_(study_id),
        next_(static_cast<std::size_t>(recorded)),
        in_order_(recorded, [this](Trial trial) { record(std::move(trial)); }) {}

  void work(trainer::Evaluator& evaluator) {
    const AbortGuard guard(session_);
    Trial trial;
    while (take(trial)) {
      train_(evaluator, trial);
      evaluator.forget();
      trial.completed = timestamp();
      const std::lock_guard lock(session_.mutex);
      in_order_.put(std::move(trial));
    }
  }

 private:
  bool take(Trial& trial) {
    const std::lock_guard lock(session_.mutex);
    if (session_.stopping() || next_ >= list_.wanted.size()) return false;
    trial = list_.wanted[next_++];
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
  const TrialList& list_;
  const TrainTrial& train_;
  int study_id_;
  std::size_t next_;
  InOrder in_order_;
};

}  // namespace

bool run_list(Session& session, Pool& pool, const TrialList& list, const TrainTrial& train) {
  const int study_id = session.ensure_study(list.study);
  const auto total = static_cast<int>(list.wanted.size());
  const int recorded = std::min(total, static_cast<int>(session.load(list.study).size()));
  session.begin_phase(list.phase, recorded, total);
  if (recorded == total) return true;
  ListRun run(session, list, train, study_id, recorded);
  pool.run([&](trainer::Evaluator& evaluator, int) { run.work(evaluator); });
  return session.progress.finished >= total;
}

}  // namespace antigrad::search
