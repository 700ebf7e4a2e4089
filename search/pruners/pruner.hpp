// Pruners: whether a trial that has reported a value shall go on. Each is a pure function of what
// trials have reported: no clock, no state, no random numbers.
//
// The same interface serves trials of parameters (Optuna's, by intermediate values) and candidates
// of a search (by rung, or by seed). Those that Optuna has decide as Optuna's do.
#pragma once
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "search/storage/replay.hpp"

namespace antigrad::search {

/// What a trial has reported, as a journal keeps it.
struct Reports {
  int number = 0;  // in its study
  TrialState state = TrialState::running;
  std::map<int, double> values{};  // by step; the newest report is at the last step
  // Of successive halving: the values with which it came to rung 0, 1, ...; Optuna keeps them as
  // system attributes "completed_rung_0", ...
  std::vector<double> rungs{};
  double final = std::numeric_limits<double>::quiet_NaN();  // of a complete trial

  /// Of the newest report; NaN without one.
  double last() const;
};

/// Reports of a trial in a journal.
Reports reports_of(const StoredTrial& trial);

struct Decision {
  /// replicate: go on with one more seed, nothing is decided yet. wait: nothing can be said before
  /// others have come as far (synchronous halving); a trial that cannot wait goes on.
  enum class Kind { go_on, replicate, wait, prune };
  Kind kind = Kind::go_on;
  std::string reason{};         // for people
  std::vector<double> rungs{};  // to be appended to the trial's Reports::rungs, whatever the kind
  bool prune() const { return kind == Kind::prune; }
};
const char* to_string(Decision::Kind kind);

/// Defaults are Optuna's where it has such a pruner.
struct PrunerConfig {
  std::string name = "median";  // of pruner_names()
  bool maximise = false;
  std::string study{};  // its name: hyperband deals trials to brackets by it
  // median, percentile
  double percentile = 50;  // of complete trials at this step, counted from the best
  int startup = 5;         // complete trials before anything is pruned; extrapolation: at least 4
  int warm_up = 0;         // steps without pruning
  int interval = 1;        // steps between decisions
  int least = 1;           // complete trials that have reported this step
  // asha, hyperband, synchronous
  int min_resource = 1;  // step of the first rung; 0: a hundredth of the longest complete trial
  int max_resource = 0;  // hyperband; 0: the longest complete trial
  int reduction = 4;     // >= 2; hyperband's default is 3
  int early_stopping = 0;
  int bootstrap = 0;  // trials a rung collects before one goes on
  int cohort = 9;     // synchronous: trials that start together, by number
  // wilcoxon
  double p = 0.1;
  int startup_steps = 2;
  // racing
  double level = 0.95;  // of the interval, over all looks together
  int seeds = 10;       // most replicates; looks are one fewer
  // extrapolation
  double chance = 0.05;  // of beating the best, below which a trial is pruned
};

/// With the defaults of that name. Throws space::Error for an unknown one.
PrunerConfig pruner_defaults(const std::string& name);
std::vector<std::string> pruner_names();

class Pruner {
 public:
  virtual ~Pruner() = default;
  /// history: trials of the study in any order and state; one with own's number is passed over.
  virtual Decision decide(std::span<const Reports> history, const Reports& own) const = 0;
  /// The same for a value that is being reported now.
  Decision decide(std::span<const Reports> history, Reports own, int step, double value) const;
  /// Whether steps are seeds or instances, the same ones for every trial, and not resources.
  virtual bool paired() const { return false; }
};

/// Throws space::Error for a config that cannot be.
std::unique_ptr<Pruner> make_pruner(const PrunerConfig& config);

// One row a pruner, in the file of its own.
std::unique_ptr<Pruner> never_pruner();
std::unique_ptr<Pruner> percentile_pruner(const PrunerConfig& config);
std::unique_ptr<Pruner> halving_pruner(const PrunerConfig& config);      // asha
std::unique_ptr<Pruner> synchronous_pruner(const PrunerConfig& config);  // rungs wait for a cohort
std::unique_ptr<Pruner> hyperband_pruner(const PrunerConfig& config);
std::unique_ptr<Pruner> wilcoxon_pruner(const PrunerConfig& config);
std::unique_ptr<Pruner> racing_pruner(const PrunerConfig& config);
std::unique_ptr<Pruner> extrapolation_pruner(const PrunerConfig& config);

/// The complete trial with the best final value, the first of equals; nullptr without one.
const Reports* best_complete(std::span<const Reports> history, int own, bool maximise);

}  // namespace antigrad::search
