// Reads a run for people.
#include "search/summary.hpp"

#include <algorithm>

#include "search/storage/format.hpp"
#include "search/storage/journal.hpp"

namespace antigrad::search {
namespace {

std::vector<Trial> trials_of(const Replay& replayed, const std::string& study) {
  std::vector<Trial> trials;
  if (const StoredStudy* found = replayed.find(study)) {
    for (const StoredTrial& stored : found->trials) trials.push_back(from_stored(stored));
  }
  return trials;
}

bool all_finished(const std::vector<Trial>& trials, std::size_t from, std::size_t count) {
  if (trials.size() < from + count) return false;
  return std::all_of(trials.begin() + static_cast<std::ptrdiff_t>(from),
                     trials.begin() + static_cast<std::ptrdiff_t>(from + count),
                     [](const Trial& trial) { return trial.finished(); });
}

Phase phase_of(const Summary& s) {
  const std::size_t baselines = s.config.baselines.size();
  if (!all_finished(s.trials, 0, baselines)) return Phase::baselines;
  const auto candidates = static_cast<std::size_t>(s.config.trials);
  if (!all_finished(s.trials, baselines, candidates)) return Phase::candidates;
  std::size_t confirmations = 0;
  std::size_t finalists = 0;
  for (const Trial& trial : s.trials) {
    if (trial.state == TrialState::fail) continue;
    ++(trial.candidate.baseline ? confirmations : finalists);
  }
  confirmations += std::min(finalists, static_cast<std::size_t>(s.config.confirm.finalists));
  const bool confirmed = s.confirmation.size() >= confirmations &&
                         all_finished(s.confirmation, 0, s.confirmation.size());
  return confirmed ? Phase::done : Phase::confirmation;
}

}  // namespace

std::vector<const Trial*> Summary::leaderboard() const {
  std::vector<const Trial*> board;
  for (const Trial& trial : trials) board.push_back(&trial);
  const auto rank = [](const Trial& t) {
    if (t.state == TrialState::complete) return 0;
    return t.state == TrialState::pruned ? 1 : 2;
  };
  std::stable_sort(board.begin(), board.end(), [&](const Trial* a, const Trial* b) {
    return rank(*a) != rank(*b) ? rank(*a) < rank(*b) : better(*a, *b);
  });
  return board;
}

void tally(Summary& s) {
  s.table = s.confirmation.empty() ? ConfirmTable{} : confirm_table(s.config, s.confirmation);
  s.counts.clear();
  s.steps = 0;
  s.training_seconds = s.total_seconds = 0;
  for (const Trial& trial : s.trials) ++s.counts[to_string(trial.state)];
  for (const std::vector<Trial>* trials : {&s.trials, &s.confirmation}) {
    for (const Trial& trial : *trials) {
      s.steps += trial.steps;
      s.training_seconds += trial.training_seconds;
      s.total_seconds += trial.total_seconds;
    }
  }
  s.phase = phase_of(s);
}

Summary summarise(const StudyConfig& config, const std::string& journal) {
  Summary s;
  s.config = config;
  const Replay replayed = replay(read_journal(journal));
  for (const StoredStudy& study : replayed.studies) demand_known_format(study, journal);
  s.trials = trials_of(replayed, config.name);
  s.confirmation = trials_of(replayed, confirm_name(config.name));
  tally(s);
  return s;
}

Summary summarise(const RunDirectory& run) {
  return summarise(load_study(run.study_yaml()), run.journal());
}

}  // namespace antigrad::search
