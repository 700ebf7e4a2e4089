// How many neurons of a feed-forward network hardly take part: sparsity by the cumulative error of
// the tail's truncation (CETT; Zhang et al., "ReLU^2 Wins", arXiv 2402.03804, section 3). No torch
// here.
#pragma once
#include <cstddef>
#include <span>

namespace antigrad::trainer {

/// One feed-forward network on some tokens: out[token] = sum over the neurons of
/// activation[token][neuron] * weight[neuron], without a bias.
struct FeedForward {
  std::size_t tokens = 0, neurons = 0, width = 0;
  std::span<const double> activation;  // [tokens, neurons], a gate's product included
  std::span<const double> weight;      // [neurons, width]: what a neuron adds to the output
};

struct Sparsity {
  double share = 0;      // of the neurons of all tokens that are weak
  double threshold = 0;  // weak: |activation| norm(weight) below this
};

/// The magnitude of a neuron at a token is |activation| norm(weight); weak are those below a
/// threshold t. CETT(t) is norm(sum of the weak neurons' parts) / norm(out), averaged over the
/// tokens with an output other than 0. As t grows one magnitude after another, this finds the first
/// that would lift CETT above `most`: t. Sums of vectors cancel, so CETT may fall again after that.
/// Where CETT never passes `most`: infinity, and all are weak; NaN where a value is not finite. The
/// scan takes tokens * neurons * width operations.
Sparsity cett_sparsity(const FeedForward& network, double most = 0.2);

}  // namespace antigrad::trainer
