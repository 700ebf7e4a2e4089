// A search from its first baseline to its confirmed winners: proposals, rungs, journal,
// confirmation.
//
// Deterministic by construction: proposal n is a function of the study, of the trials up to n - lag
// (and all baselines) and of earlier proposals; records are written in the order of trials whatever
// the number of workers; a resumed run goes on where the journal ends.
#pragma once
#include <atomic>
#include <string>

#include "search/candidate.hpp"
#include "search/pool.hpp"
#include "search/record.hpp"
#include "search/samplers/sampler.hpp"
#include "search/study.hpp"

namespace antigrad::search {

enum class Phase { baselines, candidates, confirmation, promotion, done };
const char* to_string(Phase phase);

struct Progress {
  Phase phase = Phase::baselines;
  int finished = 0;  // trials of this phase, earlier sessions included
  int total = 0;     // trials of this phase
  int running = 0;
  double elapsed_seconds = 0;     // of this session
  double remaining_seconds = -1;  // of the whole study; negative: not known yet
  int best_trial = -1;            // best candidate so far, -1 = none
  double best_score = 0;
};

/// Told what happens, from several threads but one call at a time; must return soon and not throw.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual void phase_began(const Progress&) {}
  virtual void proposed(const Trial&, const Progress&) {}
  virtual void rung_finished(const Trial&, const Progress&) {
  }  // a score was added, or a rung measured (baselines)
  virtual void trial_finished(const Trial&, const Progress&) {}
};

/// Where the time of a session went, in seconds; summed over slots but for wall.
struct Accounting {
  double wall = 0;
  int workers = 1;
  double training = 0;  // inside training and evaluation steps
  double evaluation =
      0;  // inside requests, as the evaluators measure them: training + compilation + loading
  double requests = 0;  // inside requests, as seen from here: evaluation + pipes + worker start
  double sampling = 0;  // proposals: generation, integration, fingerprints
  double storage = 0;   // journal
  double waiting = 0;   // slots without work
  std::int64_t steps = 0;
  int trials = 0;  // finished in this session
  /// Share of wall x workers that was not training.
  double overhead() const;
};

struct SearchOptions {
  StudyConfig config;
  std::string journal;                      // path
  Sampler* sampler = nullptr;               // nullptr: the one the study names
  Describe describe = describe_activation;  // text -> candidate
  Spectrum spectrum{};  // for a sampler that wants it (SamplerConfig::fisher_examples)
  Listener* listener = nullptr;
  const std::atomic<bool>* stop =
      nullptr;  // true: start no new trial, finish and record those that run
};

struct SearchResult {
  bool complete = false;  // false: stopped; the journal can be resumed
  Phase phase = Phase::baselines;
  Accounting accounting;
};

/// Runs or goes on with a study until it is complete or stopped. Throws space::Error for a journal
/// of another study, a baseline task that cannot be opened, no baseline that trains.
SearchResult run_search(const SearchOptions& options, Pool& pool);

/// Name of the confirmation study in the same journal.
std::string confirm_name(const std::string& study);

}  // namespace antigrad::search
