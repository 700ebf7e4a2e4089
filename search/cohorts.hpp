// Synchronous successive halving (Jamieson and Talwalkar 2016) in a search: candidates start in
// cohorts, and none goes on from a rung before all of its cohort have come there or ended. What is
// decided so does not depend on who comes first.
#pragma once
#include <list>
#include <map>
#include <optional>
#include <vector>

#include "search/pruners/study_pruner.hpp"

namespace antigrad::search {

/// A candidate on its way up the rungs.
struct Job {
  Trial trial;
  std::vector<const Trial*> visible{};  // what the proposal saw, and what rungs compare with
  std::size_t rung = 0;                 // to be trained for next
  int slot = 0;                         // whose evaluator holds its runs
};

/// Who waits for whom. Without `pruner: synchronous` a cohort is one trial, and nobody waits.
class Cohorts {
 public:
  /// total: trials of the study, baselines included.
  Cohorts(const RungPruners& pruners, int baselines, int total);

  bool wanted() const { return size_ > 0; }
  /// Number of the first trial of the cohort of another one: proposals see what was before it.
  int begin_of(int number) const;

  /// What a trial has scored so far; finished: it climbs no further.
  void report(const Trial& trial, bool finished);
  /// A job that has come to the end of a rung and waits.
  void park(Job job);

  /// The next that is pruned.
  std::optional<Job> pruned();
  /// The next that goes on: one of the slot's own, or with `any` another's, whose evaluator then
  /// trains from the beginning what another one holds.
  std::optional<Job> climbing(int slot, bool any);
  bool holds(int slot) const;  // a job of that slot is here

 private:
  Decision decide(const Trial& trial) const;
  std::optional<Job> take(auto wanted);

  const RungPruners& pruners_;
  const int baselines_, total_, size_;
  std::map<int, Reports> reports_;  // by number among candidates
  std::list<Job> parked_;
};

}  // namespace antigrad::search
