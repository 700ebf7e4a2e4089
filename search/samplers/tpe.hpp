// The tree-structured Parzen estimator (Bergstra et al. 2011): of points drawn from a density of
// the good trials, the one that is likeliest under it against a density of the others.
#pragma once
#include <memory>

#include "search/samplers/parameters.hpp"

namespace antigrad::search {

struct TpeConfig {
  int random_trials = 10;  // finished trials that are needed before densities are
  int candidates = 24;     // points that are drawn
  /// One density over all parameters that appear in the same trials and under the same condition;
  /// false: one each. Unset: with one objective true, with several false.
  std::optional<bool> multivariate{};
};

/// Good are a tenth of the finished trials, with one objective at most 25; with several, the first
/// fronts and, where a front has to be cut, the points of it that dominate most. Pruned trials
/// stand behind complete ones, by their last step, and those that violate constraints behind both;
/// running ones count as bad, so that parallel trials keep apart.
std::unique_ptr<ParameterSampler> tpe_parameters(const TpeConfig& config);

}  // namespace antigrad::search
