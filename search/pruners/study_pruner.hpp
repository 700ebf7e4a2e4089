// Pruners as a study names them: its key `pruner:`, and what they see of a search.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "search/pruners/pruner.hpp"
#include "search/record.hpp"
#include "space/yaml.hpp"

namespace antigrad::search {

struct StudyConfig;

/// A name, a map with `name:` and the pruner's own keys, or a list of those, all of which must let
/// a trial go on. "halving" is the study's own `halving: reduction`. Throws space::Error with
/// place.
std::vector<PrunerConfig> read_pruners(const space::Yaml& node);

/// A study's pruners over rungs. Resources are counted by rung: asha's and hyperband's rung k is
/// the study's. What is paired sees seeds: the scores of each at the rung's fraction.
class RungPruners {
 public:
  /// Throws space::Error for what the study's rungs do not allow.
  explicit RungPruners(const StudyConfig& config);
  ~RungPruners();
  RungPruners(RungPruners&&) noexcept = default;

  /// Whether a trial that has just been scored at a rung goes on. visible: trials by number,
  /// baselines first. Appends to the trial's completed rungs.
  bool goes_on(std::span<const Trial* const> visible, Trial& trial, std::size_t rung) const;

  /// Trials that wait for one another at every rung (search/cohorts.hpp), which goes_on knows
  /// nothing of; 0: none do.
  int cohort() const;
  /// cohort: reports of its trials, scores by rung in `rungs`. Needs cohort() > 0.
  Decision decide_cohort(std::span<const Reports> cohort, Reports own) const;

 private:
  struct One {
    PrunerConfig config;
    std::unique_ptr<Pruner> pruner;  // nullptr: the study's halving
  };
  Reports reports_of(const One& one, std::span<const Trial* const> visible, const Trial& trial,
                     std::size_t rung) const;

  const StudyConfig& study_;
  std::vector<One> all_;
  std::optional<One> synchronous_;
};

}  // namespace antigrad::search
