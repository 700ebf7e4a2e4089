// Parking, deciding.
#include "search/cohorts.hpp"

#include <algorithm>

namespace antigrad::search {

Cohorts::Cohorts(const RungPruners& pruners, int baselines, int total)
    : pruners_(pruners), baselines_(baselines), total_(total), size_(pruners.cohort()) {}

int Cohorts::begin_of(int number) const {
  if (!wanted() || number < baselines_) return number;
  return number - (number - baselines_) % size_;
}

void Cohorts::report(const Trial& trial, bool finished) {
  if (!wanted() || trial.candidate.baseline) return;
  Reports& r = reports_[trial.number - baselines_];
  r.number = trial.number - baselines_;
  r.state = finished ? trial.state : TrialState::running;
  r.rungs = trial.scores;
}

void Cohorts::park(Job job) { parked_.push_back(std::move(job)); }

// Of trials that the last cohort lacks nothing will come: they count as ended.
Decision Cohorts::decide(const Trial& trial) const {
  const int begin = begin_of(trial.number) - baselines_;
  std::vector<Reports> history;
  for (int number = begin; number < begin + size_; ++number) {
    const auto known = reports_.find(number);
    if (known != reports_.end()) history.push_back(known->second);
    if (number >= total_ - baselines_) history.push_back({number, TrialState::fail});
  }
  return pruners_.decide_cohort(history, reports_.at(trial.number - baselines_));
}

std::optional<Job> Cohorts::take(auto wanted) {
  const auto at = std::ranges::find_if(parked_, wanted);
  if (at == parked_.end()) return std::nullopt;
  std::optional<Job> job(std::move(*at));
  parked_.erase(at);
  return job;
}

std::optional<Job> Cohorts::pruned() {
  std::optional<Job> job = take([&](const Job& j) { return decide(j.trial).prune(); });
  if (job) job->trial.pruned_because = decide(job->trial).reason;
  return job;
}

std::optional<Job> Cohorts::climbing(int slot, bool any) {
  const auto on = [&](const Job& j) { return decide(j.trial).kind == Decision::Kind::go_on; };
  std::optional<Job> job = take([&](const Job& j) { return j.slot == slot && on(j); });
  if (!job && any) job = take(on);
  if (job) job->slot = slot;
  return job;
}

bool Cohorts::holds(int slot) const {
  return std::ranges::any_of(parked_, [&](const Job& job) { return job.slot == slot; });
}

}  // namespace antigrad::search
