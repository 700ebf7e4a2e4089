// What the phases of a running search share: the journal, the listener, progress and accounting.
#pragma once
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "search/engine.hpp"
#include "search/evidence/objective.hpp"
#include "search/quota.hpp"
#include "search/score.hpp"
#include "search/storage/journal.hpp"

namespace antigrad::search {

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point begin);

/// Adds the time it lives to a number.
class Stopwatch {
 public:
  explicit Stopwatch(double& sum) : sum_(sum) {}
  ~Stopwatch() { sum_ += seconds_since(begin_); }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& sum_;
  Clock::time_point begin_ = Clock::now();
};

/// Trials finish in any order and leave in the order of their numbers.
class InOrder {
 public:
  explicit InOrder(int next) : next_(next) {}
  void put(Trial trial) { waiting_.emplace(trial.number, std::move(trial)); }
  /// Those whose turn it is.
  std::vector<Trial> take();

 private:
  int next_;
  std::map<int, Trial> waiting_;
};

class Session {
 public:
  Session(const SearchOptions& options, int workers, MeasureCost measure = {});

  const SearchOptions& options;
  const StudyConfig& config;
  const MeasureCost kernel_cost;  // may be called from any thread
  Journal journal;

  // Guarded by the mutex: all below.
  std::mutex mutex;
  std::condition_variable changed;
  Progress progress;
  Accounting accounting;
  bool aborted = false;  // a slot threw
  std::atomic<bool> over_quota = false;

  /// Stopped by the user, by an exception or by the quota: no new trial.
  bool stopping() const;
  /// Creates the study if it is not in the journal, adds what it lacks; its id.
  int ensure_study(const std::string& name);
  Replay replayed() const;
  std::vector<Trial> load(const std::string& study) const;

  void begin_phase(Phase phase, int finished, int total);
  /// Calls the listener with the trial and the progress of now. Needs the mutex.
  void tell(void (Listener::*what)(const Trial&, const Progress&), const Trial& trial);
  /// measure(), with its time and steps accounted. Takes the mutex afterwards.
  void measure_stage(const Stage& stage, trainer::Evaluator& evaluator,
                     std::span<Trial* const> trials);
  /// Appends trials to the journal in one write: those that trained together are there together.
  /// Counts them, tells the listener, and gives them back. Throws where the journal refuses them;
  /// from then on nothing is recorded and none given back: what follows would take their places.
  /// Needs the mutex.
  std::vector<Trial> record(std::vector<Trial> trials, int study_id);
  /// Counts a trial that has been recorded; candidates compete for the best. Needs the mutex.
  void count_finished(const Trial& trial);
  Accounting final_accounting();

 private:
  double remaining_steps() const;

  QuotaWatch quota_;
  bool refused_ = false;  // by the journal: it lacks trials of the order
  Clock::time_point begin_ = Clock::now();
};

/// On the way out with an exception: wakes the other slots, so that they end too.
class AbortGuard {
 public:
  explicit AbortGuard(Session& session) : session_(session) {}
  ~AbortGuard();
  AbortGuard(const AbortGuard&) = delete;
  AbortGuard& operator=(const AbortGuard&) = delete;

 private:
  Session& session_;
  int exceptions_ = std::uncaught_exceptions();
};

}  // namespace antigrad::search
