// Simulated studies: an evaluator whose losses have the noise of short trainings and no training,
// for the null test of promotion, for benchmarks of the search, and for its signature.
//
// Additions, multiplications and comparisons of doubles only: the same bits on every machine with
// IEEE arithmetic. Normal numbers are sums of twelve uniform ones (Irwin-Hall).
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "search/candidate.hpp"
#include "search/samplers/sampler.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::search {

/// In units of a loss; figures as measured on short runs of good activations.
struct SimulatedNoise {
  double shared = 0.010;   // by seed, for all activations: initial weights and batches
  double own = 0.012;      // by seed and activation, at the end of a run; more of it before
  double outliers = 0.03;  // chance that a run's own part is three times as large
};

/// Of what an activation is really worth: added to its loss.
using Quality = std::function<double(const std::string& activation)>;

/// A loss that falls with the steps to 1 + quality, with noise by (task, seed) and (task, seed,
/// activation). Its curve has a point every tenth of `full` steps.
std::unique_ptr<trainer::Evaluator> simulated_evaluator(const SimulatedNoise& noise,
                                                        Quality quality, int full = 100);

/// Candidates named c0, c1, ..., each once.
std::unique_ptr<Sampler> naming_sampler();
/// A candidate of any text, for activations that are only names.
Candidate describe_name(const std::string& text);

/// Uniform in [0, 1) by a text and a seed.
double uniform_of(const std::string& text, std::uint64_t seed);

/// What simulated studies with a promotion say, each with its own seed: how often a winner was
/// named, and how often the named one is one of those that really are better.
struct NullOptions {
  int studies = 200;
  int trials = 20;
  int seeds = 10;  // of the promotion
  double gap = 0;  // by which a share of the candidates is better than every baseline, in
                   // deviations of one paired difference; 0: all are equal
  double share = 0.3;
  std::uint64_t seed = 1;
};
struct NullResult {
  int studies = 0, named = 0, right = 0;
};
/// folder: for journals, one study after another. Calls `progress` after each.
NullResult run_null_studies(const NullOptions& options, const std::string& folder,
                            const std::function<void(const NullResult&)>& progress = nullptr);

/// The deviation of one paired difference under a noise, outliers counted.
double paired_deviation(const SimulatedNoise& noise);

}  // namespace antigrad::search
