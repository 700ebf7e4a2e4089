// Taking trials, training them, recording them in order.
#include "search/trial_list.hpp"

#include <algorithm>

namespace antigrad::search {
namespace {

class ListRun {
 public:
  ListRun(Session& session, const TrialList& list, const TrainTrials& train, int study_id,
          int recorded)
      : session_(session),
        list_(list),
        train_(train),
        study_id_(study_id),
        next_(recorded),
        in_order_(recorded) {}

  void work(trainer::Evaluator& evaluator) {
    const AbortGuard guard(session_);
    for (std::vector<Trial> trials = take(); !trials.empty(); trials = take()) {
      std::vector<Trial*> all;
      for (Trial& trial : trials) all.push_back(&trial);
      train_(evaluator, all);
      evaluator.forget();
      const std::lock_guard lock(session_.mutex);
      for (Trial& trial : trials) {
        trial.completed = timestamp();
        in_order_.put(std::move(trial));
      }
      session_.record(in_order_.take(), study_id_);
    }
  }

 private:
  /// None where there are none left, or the session stops.
  std::vector<Trial> take() {
    const std::lock_guard lock(session_.mutex);
    std::vector<Trial> taken;
    if (session_.stopping()) return taken;
    const auto count = static_cast<int>(list_.wanted.size());
    for (const int end = end_of_group(next_, list_.together, count); next_ < end; ++next_) {
      Trial& trial = taken.emplace_back(list_.wanted[static_cast<std::size_t>(next_)]);
      trial.started = timestamp();
      ++session_.progress.running;
      session_.tell(&Listener::proposed, trial);
    }
    return taken;
  }

  Session& session_;
  const TrialList& list_;
  const TrainTrials& train_;
  int study_id_;
  int next_;
  InOrder in_order_;
};

}  // namespace

int end_of_group(int from, int size, int count) {
  return std::min(count, (from / size + 1) * size);
}

bool run_list(Session& session, Pool& pool, const TrialList& list, const TrainTrials& train) {
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
