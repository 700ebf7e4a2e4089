// Which trials a parametric sampler takes for good ones.
#pragma once
#include <span>
#include <vector>

#include "search/samplers/parameters.hpp"

namespace antigrad::search {

/// How far the constraints are violated, summed up; 0: not at all.
double violation(const Observation& trial);

/// Indices of the best `count` of the finished trials (complete or pruned), in order of number:
/// complete ones by value (several objectives: by front, a front that is cut by volume), then
/// pruned ones, the further they came and the lower they stood, then those that violate
/// constraints, the least first.
std::vector<std::size_t> good_trials(std::span<const Observation* const> trials, std::size_t count);

}  // namespace antigrad::search
