// The evidence: finalists against baselines on paired seeds the search has not seen, from the
// journal alone.
#pragma once
#include <string>
#include <vector>

#include "search/record.hpp"
#include "search/study.hpp"

namespace antigrad::search {

/// of a finalist against the best baseline, at 5 % after Holm's correction over the finalists;
/// mixed: better by the score, which averages over tasks, and worse on one of them; none: not
/// compared.
enum class Verdict { none, better, mixed, tie, worse };
const char* to_string(Verdict verdict);

/// A mean over paired seeds, with what Student's t says about it.
struct Estimate {
  int count = 0;          // seeds
  double mean = 0;        // NaN when there is none
  double half_width = 0;  // of the 95 % interval; infinite with one seed
  double accuracy = 0;    // mean validation accuracy (tasks only)
  double difference =
      0;  // paired, to the best baseline (negative: better); 0 for that baseline itself
  double difference_half_width = 0;
  double p = 1, p_holm = 1;  // of no difference; finalists only
  Verdict verdict = Verdict::none;
};

struct ConfirmRow {
  int number = 0;        // in the confirmation
  int search_trial = 0;  // in the search
  Candidate candidate;
  trainer::Outcome outcome = trainer::Outcome::ok;
  std::string reason;
  std::vector<Estimate> tasks;  // validation loss, by task
  Estimate overall;             // score in units of the baselines' spread, mean over tasks
  std::int64_t steps = 0;
};

struct ConfirmTable {
  std::vector<std::string> tasks;
  std::vector<int> best_baseline;  // row index by task, then overall; -1 = none
  std::vector<ConfirmRow> rows;    // best overall first; failed ones last
  std::vector<int> seeds;          // indices
  bool complete = false;           // every trial of the confirmation is in
};

/// Trials of the confirmation study -> the table. Trials that are still running count where they
/// have runs.
ConfirmTable confirm_table(const StudyConfig& config, const std::vector<Trial>& trials);

}  // namespace antigrad::search
