// What a study may want of its candidates besides quality, and the front of those that are best at
// something. All but measured_cost is decided without a clock: kernel cost is modelled, so that
// equal studies stay equal on every machine; a study that is free of that may have it measured.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "search/score.hpp"
#include "space/yaml.hpp"

namespace antigrad::search {

/// Nanoseconds an element of an activation's kernel, forward and backward. Throws space::Error
/// where it cannot be measured.
using MeasureCost = std::function<double(const std::string& activation)>;

struct ObjectiveRow {
  const char* name;
  const char* meaning;
  int direction;  // Optuna's: 1 minimise, 2 maximise
  bool
      by_clock;  // another value each time: not in a deterministic study, and measured once a trial
  /// Of a trial measured at `stage`; NaN where it cannot be said.
  double (*value)(const StudyConfig&, std::span<const Trial* const> baselines, const Trial&,
                  const Stage& stage, const MeasureCost&);
};
std::span<const ObjectiveRow> objectives();

/// The key `objectives:`: names, "quality" first; by a clock only where the study is not
/// deterministic. Throws space::Error with place.
std::vector<std::string> read_objectives(const space::Yaml& node, bool deterministic);

/// Of a study, in its order; one, 1, where it names none.
std::vector<int> directions_of(const StudyConfig& config);

/// Values of all objectives of a study. Empty where it has quality alone. What a clock says is
/// taken from the trial where it holds it already (of a rung before). Throws space::Error where one
/// cannot be said.
std::vector<double> objective_values(const StudyConfig& config,
                                     std::span<const Trial* const> baselines, const Trial& trial,
                                     const Stage& stage, const MeasureCost& measure = {});

/// Complete trials that no other one is as good as in everything and better in something, best
/// quality first; equal ones all stay. With quality alone: the best ones.
std::vector<const Trial*> pareto_front(const StudyConfig& config, std::span<const Trial> trials);

/// How much of what was seen the front dominates: its hypervolume as a share of the box from the
/// best to the worst value of each objective among the complete trials (an objective without
/// spread is left out). In [0, 1]; the worst of the box lies on it, so what is worst in one
/// objective adds nothing. NaN below two complete trials or with quality alone.
double dominated_share(const StudyConfig& config, std::span<const Trial> trials);

// What the formula alone says.

/// Operations an element of f and f' together, shared parts counted once (space/cost.hpp).
double modelled_cost(const std::string& activation);
/// Share of a standard normal input where f is 0.
double zero_share(const std::string& activation);
/// How often f is proved to be continuously differentiable: -1 (it jumps) .. 3 (no kink was found,
/// or none below the fourth derivative).
double smoothness(const std::string& activation);

}  // namespace antigrad::search
