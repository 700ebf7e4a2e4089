// One trial of a search as antigrad sees it, and its form in the journal: one complete record a
// finished trial. Everything but the attributes whose names begin with "resource:" (and times and
// worker ids) is deterministic.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "search/storage/replay.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::search {

/// An activation as a study knows it.
struct Candidate {
  std::string name;         // of the zoo for a baseline; "" for a candidate
  std::string title;        // as people write it: "ReLU"; "" for a candidate
  std::string activation;   // text that space::parse_activation reads: the gradient
  std::string f;            // the antiderivative as text
  std::string fingerprint;  // 16 hexadecimal digits
  bool baseline = false;
  std::vector<int> parents;                   // numbers of trials
  std::string operation;                      // "baseline", "random", "mutate", "crossover"
  int pieces = 0, terms = 0, parameters = 0;  // pieces = 0: not given as a gradient
  /// Draws before this one that were refused: how many by property, and the last one's reason.
  struct Refusal {
    int count = 0;
    std::string activation, reason;
  };
  std::map<std::string, Refusal> refused{};
};

/// A measurement of one task with one seed. `seed` is what the evaluator got; `index` counts seeds
/// from 0 in the study.
struct Run {
  std::string task;
  int index = 0;
  std::uint64_t seed = 0;
  trainer::Measurement measurement;  // of the longest request
  std::map<int, double> losses;      // validation loss at the end of each request, by steps
};

struct Trial {
  int number = 0;
  TrialState state = TrialState::running;
  Candidate candidate;
  std::vector<double> scores;  // by rung reached; lower is better; empty when the trial failed at
                               // once or is not scored yet
  std::vector<double> objectives;  // values of all, of a study with several (then the first is the
                                   // score)
  std::vector<Run>
      runs;  // the longest run for each task and seed, in the order of tasks, then seeds
  trainer::Outcome outcome = trainer::Outcome::ok;
  std::string reason;                   // when outcome is not ok
  std::int64_t steps = 0;               // training steps spent, all tasks and seeds
  int search_trial = -1;                // in a confirmation: number of the trial in the search
  std::string pruned_because;           // by a pruner that says so
  std::vector<double> completed_rungs;  // Reports::rungs (search/pruners/pruner.hpp)
  double training_seconds = 0, total_seconds = 0;  // resources
  std::string started, completed;                  // times, "" when unknown

  bool finished() const { return state != TrialState::running && state != TrialState::waiting; }
  /// The score at the last rung reached; NaN when there is none.
  double score() const;
  /// Its name among the event files: "17", in a confirmation "confirm-3".
  std::string folder() const;
  /// The run of a task and seed index; nullptr when there is none.
  const Run* run(const std::string& task, int index) const;
};

const char* to_string(trainer::Outcome outcome);
/// The reverse. Throws space::Error for an unknown name.
trainer::Outcome outcome_from(const std::string& name);

/// The journal's op-4 record of a trial (without worker_id), finished or still running, and the
/// records that finish a running one (op 7 for each score that is missing in `stored`, then op 6;
/// none when it is finished already).
Json to_record(const Trial& trial, int study_id);
std::vector<Json> finish_records(const Trial& trial, const StoredTrial& stored);

/// The trial a journal holds. Throws space::Error when antigrad's attributes are missing or
/// malformed.
Trial from_stored(const StoredTrial& stored);

/// Measurements as JSON: what a worker answers and a journal keeps. resources: with seconds and
/// memory.
Json to_json(const trainer::Measurement& measurement, bool resources);
trainer::Measurement measurement_from_json(const Json& json);
Json to_json(const trainer::Evaluation& request);
trainer::Evaluation evaluation_from_json(const Json& json);

}  // namespace antigrad::search
