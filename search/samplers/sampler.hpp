// Samplers: what to try next, as a pure function of the trial's number, the visible history and a
// random stream.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "search/record.hpp"
#include "search/study.hpp"
#include "space/random.hpp"

namespace antigrad::search {

/// What a sampler proposes: the text of a gradient and where it came from.
struct Proposal {
  std::string activation;
  std::vector<int> parents;  // numbers of trials
  std::string operation;     // "random", "mutate", "crossover"
};

/// No torch, no clock, no state: ask() depends on its arguments only.
class Sampler {
 public:
  virtual ~Sampler() = default;
  /// nth: how many candidates were proposed before. history: the visible trials by number,
  /// baselines first.
  virtual Proposal ask(int nth, std::span<const Trial* const> history, space::Random& random) = 0;
};

/// Gradients at random from the grammar.
std::unique_ptr<Sampler> random_sampler(const space::Grammar& grammar);

/// Regularised (ageing) evolution, Real et al. 2019, on gradients: the population is the last
/// `population` trials of the history that have a score; the best of a random tournament is
/// mutated, or crossed with the best of another. The first random_trials are random.
std::unique_ptr<Sampler> evolution_sampler(const SamplerConfig& config,
                                           const space::Grammar& grammar);

/// The one the study names.
std::unique_ptr<Sampler> make_sampler(const StudyConfig& config);

/// Whether a is the better trial: more rungs, then the lower score, then the lower number; failures
/// last.
bool better(const Trial& a, const Trial& b);

}  // namespace antigrad::search
