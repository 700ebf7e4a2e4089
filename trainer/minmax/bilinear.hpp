// A toy game with a known equilibrium, in which an activation f couples the players x and y in R^n:
//   min_x max_y  mu/2 |x - x*|^2 + F(x - x*)^T A F(y - y*) - mu/2 |y - y*|^2,  F(u) = f(u) - f(0)
// elementwise, A = coupling times an orthogonal matrix. (x*, y*) is an equilibrium for every f: at
// y* the middle term is 0 for every x, and at x* for every y. With f(u) = u a step of simultaneous
// descent and ascent is linear, with the eigenvalues 1 - rate (mu +- i coupling): without
// interpolation it spirals outwards where mu is small (Pethick et al., arXiv 2310.13459).
#pragma once
#include "trainer/problem.hpp"

namespace antigrad::trainer {

/// Loss: the squared distance |x - x*|^2 + |y - y*|^2. Figure "distance". The start lies at a
/// distance of about 1 from the equilibrium in each player; it, the equilibrium and A are functions
/// of (task.name, seed). What f trains belongs to the player that descends.
class Bilinear : public Problem {
 public:
  Bilinear(const Task& task, const SharedActivation& activation, std::uint64_t seed);
  torch::nn::Module& module() override { return *players_; }
  std::vector<std::shared_ptr<ActivationModule>> places() const override { return {activation_}; }
  double differentiate(int batch) override;
  Quality quality(const std::vector<Batch>& batches) override;
  void play(const std::vector<Batch>&) override {}  // no network: an activation of n numbers
  std::vector<Figure> figures() override;

  /// [n, n].
  const at::Tensor& coupling() const { return coupling_; }
  /// x* and y*, [n].
  const at::Tensor& best_x() const { return best_x_; }
  const at::Tensor& best_y() const { return best_y_; }

 private:
  at::Tensor coupled(const at::Tensor& u);
  double squared_distance() const;

  double curvature_;
  std::shared_ptr<torch::nn::Module> players_;
  std::shared_ptr<ActivationModule> activation_;
  at::Tensor coupling_, best_x_, best_y_, x_, y_;
};

}  // namespace antigrad::trainer
