// What a run directory's journal says, for `status`, `top`, `show` and the report; nothing is
// trained or integrated here.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "search/confirm.hpp"
#include "search/engine.hpp"
#include "search/record.hpp"
#include "search/run_directory.hpp"

namespace antigrad::search {

struct Summary {
  StudyConfig config;
  Phase phase = Phase::baselines;   // where a resumed run would go on
  std::vector<Trial> trials;        // the search, by number; baselines first
  std::vector<Trial> confirmation;  // by number
  ConfirmTable table;               // empty before the confirmation
  std::map<std::string, int>
      counts;              // of search trials by state: "complete", "pruned", "fail", "running"
  std::int64_t steps = 0;  // training steps of all trials
  double training_seconds = 0, total_seconds = 0;

  /// Search trials, complete ones first, best first: the first is Optuna's best_trial.
  std::vector<const Trial*> leaderboard() const;
};

/// Reads study.yaml and journal.log of a run. Throws space::Error.
Summary summarise(const RunDirectory& run);

/// The same from a study and records, as the search itself uses it.
Summary summarise(const StudyConfig& config, const std::string& journal);

/// Fills in what follows from config, trials and confirmation: table, counts, sums, phase.
void tally(Summary& summary);

/// hall_of_fame.yaml: finalists (or the best so far) and baselines with gradient, f, scores, losses
/// and verdict; no times, so equal for equal studies. Replaced in one step (rename). Throws
/// space::Error when it cannot be written.
void write_hall_of_fame(const Summary& summary, const std::string& path);

}  // namespace antigrad::search
