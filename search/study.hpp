// A study as its YAML file says: space, budget, sampler, halving, baselines, confirmation.
// experiments/quickstart.yaml shows every key. Of `tasks:` only names and steps are read here; the
// rest is the trainer's.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "search/command_config.hpp"
#include "search/evidence/learned_estimator.hpp"
#include "search/evidence/promote_config.hpp"
#include "search/propagation.hpp"
#include "search/pruners/pruner.hpp"
#include "search/samplers/sampler_config.hpp"
#include "space/definitions.hpp"
#include "space/generate.hpp"

namespace antigrad::search {

struct Task {
  std::string name;
  int steps = 0;  // of a full run
  // What judges runs while searching: of search/evidence/estimator.hpp. Where the study names none,
  // or "learned", a warm one takes what past studies say of like tasks (choose_estimators).
  std::string estimator = "averaged";
  bool by_past = true;
  std::vector<LearnedEstimator> learned{};
};

/// A candidate climbs from rung to rung; each asks for `fraction` of every task's steps on seeds 0
/// .. seeds-1.
struct Rung {
  double fraction = 1;  // (0, 1], not decreasing
  int seeds = 1;        // not decreasing
};

struct Halving {
  int reduction = 3;  // >= 2
  std::vector<Rung> rungs;
};

struct Confirm {
  int finalists = 4;
  int seeds = 3;
};

/// Of one request to a worker.
struct Limits {
  double seconds = 300;
  double mebibytes = 4096;
};

enum class Isolation { process, thread };

struct StudyConfig {
  std::string name;
  std::string file;  // where it was read
  std::string text;  // the YAML, with relative paths of the tasks' data made absolute: a copy means
                     // the same anywhere
  std::uint64_t seed = 1;
  bool deterministic = true;
  int stacked = 1;  // candidates that a worker trains as one network
  Isolation isolation = Isolation::process;
  int trials = 0;                  // candidates besides the baselines
  space::Definitions definitions;  // of `define:`
  space::Grammar grammar;
  // Properties that every candidate is proved to have before it trains (space/properties.hpp).
  std::vector<std::string> constraints;
  PropagationConfig propagation;  // of `propagation:`
  SamplerConfig sampler;
  Halving halving;
  std::vector<PrunerConfig> pruners;   // of `pruner:`; none: halving alone
  std::vector<std::string> baselines;  // names of the zoo or of the definitions
  Confirm confirm;
  PromoteConfig promote;
  Limits limits;
  CommandConfig command;                // of `evaluator:`; no command: the trainer
  std::vector<std::string> objectives;  // of `objectives:`, quality first; none: quality alone
  std::vector<Task> tasks;

  int search_seeds() const { return halving.rungs.back().seeds; }
  /// What the evaluator gets for a seed index: 1000 * seed + index.
  std::uint64_t training_seed(int index) const {
    return 1000 * seed + static_cast<std::uint64_t>(index);
  }
};

/// Throws space::Error with file, line and column. define: a file of definitions for a study that
/// names none; "" = none.
StudyConfig load_study(const std::string& file, const std::string& define = "");
StudyConfig parse_study(const std::string& text, const std::string& file);

/// Whether two texts differ in nothing but comment lines and blank lines.
bool same_study(const std::string& a, const std::string& b);

}  // namespace antigrad::search
