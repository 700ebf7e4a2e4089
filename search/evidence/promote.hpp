// The promotion of winners: the best candidates of a study and its baselines, trained again at full
// budget on fresh paired seeds, on tasks that were not searched too, until the difference is known.
//
// It is a study of its own in the same journal, one trial an activation and seed, in the order of
// seeds: it goes on where it was stopped, and more seeds can be asked for later. The candidates are
// chosen when it begins and stay.
#pragma once
#include <string>
#include <vector>

#include "search/engine.hpp"
#include "search/evidence/promote_config.hpp"
#include "search/evidence/verdict.hpp"

namespace antigrad::search {

struct PromoteOptions {
  StudyConfig config;             // of the search
  std::vector<Task> other_tasks;  // not searched
  PromoteConfig promote;
  std::string journal;
  Listener* listener = nullptr;
  const std::atomic<bool>* stop = nullptr;
};

/// One row of the verdict.
struct PromoteRow {
  int search_trial = 0;
  Candidate candidate;
  int seeds = 0;
  double score = 0;                   // mean over seeds; NaN where a run failed
  double error = 0;                   // half width of its 95 % interval
  std::vector<double> losses;         // by task, mean over seeds
  std::vector<double> differences;    // by task, paired, to the best baseline of the score
  std::string failure;                // why a run failed; "" when none did
  Judgement judgement;                // candidates only
  std::vector<std::string> worse_on;  // tasks on which it is worse than their best baseline, where
                                      // its score is better: the finding is mixed then
};

struct PromoteTable {
  std::vector<std::string> tasks;  // searched ones first
  std::size_t searched = 0;        // how many of them
  std::vector<PromoteRow> rows;    // baselines first, then candidates, best search score first
  int seeds = 0;                   // that all rows have
  int best_baseline = -1;          // row
  VerdictOptions options;

  /// The best of the candidates that are better; nullptr when there is none.
  const PromoteRow* winner() const;
  bool undecided() const;
};

/// Names of the promotion in the journal, and of what its winner did on the test part.
std::string promote_name(const std::string& study);
std::string test_name(const std::string& study);

/// Trains what the journal lacks of `promote.seeds` seeds. False when stopped before. Throws
/// space::Error for a study that has not come to candidates, or a promotion of other tasks.
bool run_promotion(const PromoteOptions& options, Pool& pool);

/// What the journal says so far: over the seeds that every row has.
PromoteTable promote_table(const PromoteOptions& options);

/// Which pair the test part is measured on, once: what the journal says, else the table's winner
/// and best baseline. winner = -1: there is none.
struct TestPair {
  int winner = -1, baseline = -1;  // trials of the search
  int seeds = 0;
  bool begun = false;  // it stands in the journal
};
TestPair test_pair(const PromoteOptions& options, const PromoteTable& table);

/// Writes the pair into the journal and trains it again with a pool whose evaluators measure the
/// test part (ShiftPoint "test"), on the promotion's seeds. False when stopped before.
bool run_test(const PromoteOptions& options, const PromoteTable& table, Pool& pool);

/// A task's test part: figures of the winner and of the best baseline, paired by seed.
struct TestRow {
  std::string task;
  int seeds = 0;
  double winner = 0, baseline = 0;  // mean loss
  double difference = 0, half_width = 0;
  double winner_accuracy = 0, baseline_accuracy = 0;
};
/// Empty before run_test has begun.
std::vector<TestRow> test_rows(const PromoteOptions& options, const PromoteTable& table);

}  // namespace antigrad::search
