// Surrogate search: a Gaussian process learns scores from features of functions.
#pragma once
#include "search/library/experience.hpp"
#include "search/samplers/sampler.hpp"

namespace antigrad::search {

/// After random_trials, of `pool` candidates (half at random from the grammar, half children of the
/// best), or of a finite library's that were not tried yet, the one with the largest expected
/// improvement. Baselines are learned from, failures count as bad, trials that stopped early by
/// what they let expect (expected.hpp). past: of other studies, or nullptr; then the model begins
/// with the first candidate, from a straight line through what the past expects, and learns what
/// is left. spectrum: where the config wants it; then the eight most promising are looked at once
/// more by a process that knows it, too, so that a proposal costs eight of them at most.
std::unique_ptr<Sampler> surrogate_sampler(const SamplerConfig& config,
                                           const space::Grammar& grammar, std::uint64_t seed,
                                           std::shared_ptr<const Experience> past = nullptr,
                                           const Spectrum& spectrum = {});

}  // namespace antigrad::search
