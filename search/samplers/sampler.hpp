// Samplers: what to try next, as a pure function of the trial's number, the visible history and a
// random stream.
#pragma once
#include <functional>
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
  std::string operation;     // "random", "mutate", "crossover", "refine", "library", "surrogate"
};

/// Eigenvalues by task, as trainer/spectrum.hpp says; empty where there are none.
using Spectrum = std::function<std::vector<std::vector<double>>(const std::string& activation)>;

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

/// Structures by evolution or at random until structure_trials; then the coefficients of the best
/// `refined` structures by turns, each by a sampler of parameters of its own (tpe, cma_es or
/// quasi_random) that sees the trials of that structure.
std::unique_ptr<Sampler> refining_sampler(const SamplerConfig& config,
                                          const space::Grammar& grammar, std::uint64_t seed);

/// The activations of config.library that are no baselines: each once in an order that the seed
/// shuffles (random), in the file's order (grid); then again from the start.
std::unique_ptr<Sampler> library_sampler(const SamplerConfig& config, std::uint64_t seed);

/// MAP-Elites (Mouret and Clune 2015, arXiv:1504.04909): after random_trials, a cell of the atlas
/// (search/samplers/atlas.hpp) is drawn, each as likely as another, and its best trial varied.
std::unique_ptr<Sampler> map_elites_sampler(const SamplerConfig& config,
                                            const space::Grammar& grammar);

/// Of a trial with a score: values of all objectives, the lower the better, as many for each.
using Objectives = std::function<std::vector<double>(const Trial&)>;

/// NSGA-II (Deb et al. 2002): after random_trials, parents are the best of tournaments among the
/// `population` first of all trials, by front, then crowding.
std::unique_ptr<Sampler> nsga2_sampler(const SamplerConfig& config, const space::Grammar& grammar,
                                       const Objectives& objectives);

/// The one the study names.
std::unique_ptr<Sampler> make_sampler(const StudyConfig& config);

/// Whether a is the better trial: more rungs, then the lower score, then the lower number; failures
/// last.
bool better(const Trial& a, const Trial& b);

}  // namespace antigrad::search
