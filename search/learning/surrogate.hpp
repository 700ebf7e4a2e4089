// Surrogate search: a Gaussian process learns scores from features of functions.
#pragma once
#include "search/samplers/sampler.hpp"

namespace antigrad::search {

/// After random_trials, of `pool` candidates (half at random from the grammar, half children of the
/// best), or of a finite library's that were not tried yet, the one with the largest expected
/// improvement. Baselines are learned from, failures count as bad.
std::unique_ptr<Sampler> surrogate_sampler(const SamplerConfig& config,
                                           const space::Grammar& grammar, std::uint64_t seed);

}  // namespace antigrad::search
