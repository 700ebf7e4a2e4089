// One group of trials a task, so that a failure on one leaves the others alone.
#include "search/claims/reproduction.hpp"

#include "search/group.hpp"
#include "search/session.hpp"
#include "search/summary.hpp"

namespace antigrad::search::claims {
namespace {

// The study with this task alone.
StudyConfig on_task(const StudyConfig& study, const Task& task) {
  StudyConfig one = study;
  one.tasks = {task};
  return one;
}

SearchOptions options_of(const Reproduction& what, const StudyConfig& study) {
  SearchOptions options;
  options.config = study;
  options.journal = what.journal;
  options.describe = what.describe;
  options.listener = what.listener;
  options.stop = what.stop;
  return options;
}

/// The best candidate of the confirmation, else of the search.
std::string found_by(const StudyConfig& study, const std::string& journal) {
  const Summary s = summarise(study, journal);
  const std::vector<Trial>& trials = s.confirmation.empty() ? s.trials : s.confirmation;
  const Trial* best = nullptr;
  for (const Trial& trial : trials)
    if (!trial.candidate.baseline && trial.state == TrialState::complete &&
        (best == nullptr || better(trial, *best)))
      best = &trial;
  return best == nullptr ? "" : best->candidate.activation;
}

std::string group_name(const StudyConfig& study, const Task& task) {
  return study.name + "/" + task.name;
}

Group group_of(const Reproduction& what, const Task& task) {
  Group group{{Phase::baselines, group_name(what.study, task), {}}, search_stages(what.study)};
  for (const std::string& name : activations_on(what.claim, what.study, task.name)) {
    Trial trial;
    trial.number = static_cast<int>(group.wanted.size());
    trial.candidate = describe_baseline(name, what.describe, what.study.definitions);
    group.wanted.push_back(std::move(trial));
  }
  return group;
}

}  // namespace

bool reproduce(const Reproduction& what, Pool& pool) {
  check_against(what.claim, what.study);
  if (what.claim.searches() && !run_search(options_of(what, what.study), pool).complete)
    return false;
  if (!what.claim.compares()) return true;
  for (const Task& task : what.study.tasks) {
    const SearchOptions options = options_of(what, on_task(what.study, task));
    Session session(options, pool.workers());
    if (session.stopping() || !run_group(session, pool, group_of(what, task))) return false;
  }
  return true;
}

Results results_of(const StudyConfig& study, const std::string& journal) {
  Results results;
  for (int i = 0; i < study.search_seeds(); ++i) results.seeds.push_back(i);
  if (study.trials > 0) results.discovery = found_by(study, journal);
  const Replay now = replay(read_journal(journal));
  for (const Task& task : study.tasks) {
    const StoredStudy* found = now.find(group_name(study, task));
    if (found == nullptr) continue;
    for (const StoredTrial& stored : found->trials)
      results.by_task[task.name].push_back(from_stored(stored));
  }
  return results;
}

}  // namespace antigrad::search::claims
