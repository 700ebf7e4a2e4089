// A generative adversarial network on small images (Goodfellow et al. 2014, arXiv 1406.2661): a
// generator G descends on and a critic D ascends on
//   V = E log s(D(x)) + E log(1 - s(D(G(z)))),  s the logistic function, z ~ N(0, 1)^latent,
// at once, on the same batch. Both are the task's network, with the candidate in both.
#pragma once
#include "trainer/problem.hpp"

namespace antigrad::trainer {

/// 2 E|a - b| - E|a - a'| - E|b - b'| over the rows of a [n, d] and b [m, d], pairs of a row with
/// itself included: never negative, 0 for equal sets (Szekely and Rizzo 2013).
double energy_distance(const at::Tensor& a, const at::Tensor& b);

/// Loss while training: -V, 2 ln 2 where the critic knows nothing. Validation loss: energy distance
/// between the images and as many generated ones, from the same z for all runs. Figure "spread":
/// mean distance of two generated images over that of two validation images; 0 when all are the
/// same.
class Gan : public Problem {
 public:
  Gan(const Task& task, std::shared_ptr<const Dataset> data, const SharedActivation& activation,
      std::uint64_t seed);
  torch::nn::Module& module() override { return *players_; }
  std::vector<std::shared_ptr<ActivationModule>> places() const override;
  double differentiate(int batch) override;
  Quality quality(const std::vector<Batch>& batches) override;
  void play(const std::vector<Batch>& validation) override;
  std::vector<Figure> figures() override;

  /// [n, channels, h, w] from z of a key, in the mode that the generator is in.
  at::Tensor generate(std::int64_t n, std::uint64_t key);

 private:
  std::shared_ptr<const Dataset> data_;
  int latent_;
  std::uint64_t batch_key_, noise_key_;
  std::shared_ptr<torch::nn::Module> players_;
  std::shared_ptr<Model> generator_, critic_;
};

}  // namespace antigrad::trainer
