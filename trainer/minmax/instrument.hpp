// Instrumental-variable regression as a game of two networks in the mean-field scaling
// (arXiv 2404.12312): min_f max_g E[g(Z) (f(X) - Y) - g(Z)^2 / 2 + lambda f(X)^2 / 2], both
//   (alpha / N) sum_i a_i s(w_i x + c_i),  s the candidate.
// The gradients of the neurons are those of the loss times N / alpha^2, the time scale on which the
// functions move at a speed that depends on neither; then a neuron moves by O(1 / alpha).
#pragma once
#include "trainer/problem.hpp"

namespace antigrad::trainer {

/// One such network. The neurons start from N(0, 1), in pairs of opposite a, so that its value is
/// 0.
class MeanField : public torch::nn::Module {
 public:
  MeanField(int units, double alpha, const SharedActivation& activation, std::uint64_t key);
  at::Tensor forward(const at::Tensor& x);  // [n] -> [n]
  /// Brings gradients of a loss to the time scale above, each times sign. Those of s's own
  /// parameters, which all neurons share, are multiplied by 1 / alpha^2.
  void rescale_gradients(double sign);
  /// Root mean square over the neurons of |theta_i - theta_i at the start|: an upper bound of the
  /// Wasserstein distance W2 that their distribution has moved.
  double drift() const;
  const std::shared_ptr<ActivationModule>& place() const { return activation_; }

 private:
  double units_, alpha_;
  at::Tensor outer_, inner_, shift_;
  std::vector<at::Tensor> start_;
  std::shared_ptr<ActivationModule> activation_;
};

/// X = Z + E + 0.1 U, Y = h(X) + E + 0.1 V with Z uniform in [-3, 3] and E, U, V ~ N(0, 1): E moves
/// X and Y at once, so that a regression of Y on X is wrong, and Z moves X alone (as in Bennett et
/// al. 2019, arXiv 1905.12495).
struct InstrumentSample {
  at::Tensor x, y, z, truth;  // [n]; truth = h(X)
};
InstrumentSample draw_instrument(ProblemSpec::Truth truth, std::int64_t n, std::uint64_t key,
                                 at::ScalarType type);

/// Loss while training: mean of (f(X) - Y)^2 over the batch. Validation loss: mean of (f(X) -
/// h(X))^2 over 2048 X, the same for all runs. Figures "drift" of f, "scaled_drift" (alpha
/// times that) and "dual_drift" of g.
class Instrument : public Problem {
 public:
  Instrument(const Task& task, const SharedActivation& activation, std::uint64_t seed);
  torch::nn::Module& module() override { return *players_; }
  std::vector<std::shared_ptr<ActivationModule>> places() const override {
    return {f_->place(), g_->place()};
  }
  double differentiate(int batch) override;
  Quality quality(const std::vector<Batch>& batches) override;
  void play(const std::vector<Batch>& validation) override;
  std::vector<Figure> figures() override;

 private:
  ProblemSpec spec_;
  int batch_;
  std::uint64_t batch_key_;
  at::ScalarType type_;
  std::shared_ptr<torch::nn::Module> players_;
  std::shared_ptr<MeanField> f_, g_;
  InstrumentSample validation_;
};

}  // namespace antigrad::trainer
