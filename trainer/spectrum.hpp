// What a candidate does to a task's network before any training: the spectrum of the empirical
// Fisher information at initialisation (as features of activations: Bingham and Miikkulainen 2023,
// AQuaSurF, arXiv:2301.05785). The second narrow interface between search and training; no torch
// here.
#pragma once
#include <string>
#include <vector>

namespace antigrad::trainer {

/// Not thread-safe.
class Spectrum {
 public:
  virtual ~Spectrum() = default;
  /// By task: the eigenvalues of (1/n) sum_i g_i g_i^T, largest first, where g_i is
  /// the gradient of the loss of example i with respect to all trainable numbers; n examples of the
  /// first training batch, weights of one seed, so every candidate is asked the same. At most n are
  /// not 0, and these are those of the n x n Gram matrix of the g_i, which is what is computed. A
  /// batch normalisation sees all n examples. Empty for a network that is rejected or not finite.
  virtual std::vector<std::vector<double>> eigenvalues(const std::string& activation) = 0;
};

}  // namespace antigrad::trainer

/// Entry point of libantigrad_trainer.so (trainer/evaluator.hpp). examples: n, at most a batch.
/// Throws space::Error for a bad study, and for a task that does not learn from examples.
extern "C" antigrad::trainer::Spectrum* antigrad_open_spectrum(const char* study_yaml,
                                                               int examples);
