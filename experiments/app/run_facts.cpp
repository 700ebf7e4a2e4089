// Answers from a summary.
#include "experiments/app/run_facts.hpp"

#include <fmt/format.h>

#include "space/error.hpp"

namespace antigrad::app {

const search::Trial* winning_trial(const search::Summary& summary) {
  for (const search::ConfirmRow& row : summary.table.rows) {
    if (!row.candidate.baseline && row.outcome == trainer::Outcome::ok)
      return &summary.confirmation.at(static_cast<std::size_t>(row.number));
  }
  for (const search::Trial* trial : summary.leaderboard()) {
    const bool found = !trial->candidate.baseline && trial->state == search::TrialState::complete;
    if (found) return trial;
  }
  return nullptr;
}

const search::Candidate* winner_of(const search::Summary& summary) {
  const search::Trial* trial = winning_trial(summary);
  return trial == nullptr ? nullptr : &trial->candidate;
}

const search::Trial& trial_numbered(const search::Summary& summary, int number) {
  const auto count = static_cast<int>(summary.trials.size());
  if (number >= 0 && number < count) return summary.trials[static_cast<std::size_t>(number)];
  throw space::Error(
      fmt::format("no trial {} in \"{}\": it has {} so far, counted from 0; `antigrad top {}` "
                  "lists them",
                  number, summary.config.name, count, summary.config.name));
}

std::string name_of(const search::Candidate& candidate, int search_trial) {
  return candidate.baseline ? candidate.title : fmt::format("#{}", search_trial);
}

std::int64_t steps_spent(const search::Summary& summary, const search::ConfirmRow& row) {
  const auto trial = static_cast<std::size_t>(row.search_trial);
  return row.steps + (trial < summary.trials.size() ? summary.trials[trial].steps : 0);
}

}  // namespace antigrad::app
