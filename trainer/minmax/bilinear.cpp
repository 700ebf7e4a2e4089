// Everything is drawn from one stream, in a fixed order.
#include "trainer/minmax/bilinear.hpp"

#include <cmath>

#include "trainer/layers.hpp"

namespace antigrad::trainer {

using at::Tensor;

Bilinear::Bilinear(const Task& task, const SharedActivation& activation, std::uint64_t seed)
    : curvature_(task.problem.curvature),
      players_(std::make_shared<torch::nn::Module>()),
      activation_(std::make_shared<ActivationModule>(activation)) {
  const at::ScalarType type =
      activation->kernel->type() == kernels::Type::f64 ? at::kDouble : at::kFloat;
  const int n = task.problem.size;
  Initialiser initialiser(run_key(task, seed, "weights"));
  const auto drawn = [&](double deviation) { return initialiser.normal({n}, deviation).to(type); };
  const Tensor square = initialiser.normal({n, n}, 1).to(at::kDouble);
  coupling_ = (std::get<0>(at::linalg_qr(square)) * task.problem.coupling).to(type);
  best_x_ = drawn(1);
  best_y_ = drawn(1);
  const double near = 1 / std::sqrt(n);
  x_ = players_->register_parameter("x", best_x_ + drawn(near));
  y_ = players_->register_parameter("y", best_y_ + drawn(near));
  players_->register_module("activation", activation_);
}

Tensor Bilinear::coupled(const Tensor& u) {
  return activation_->forward(u) - activation_->forward(at::zeros_like(u));
}

double Bilinear::squared_distance() const {
  const Tensor x = (x_ - best_x_).detach().to(at::kDouble),
               y = (y_ - best_y_).detach().to(at::kDouble);
  return (x.square().sum() + y.square().sum()).item<double>();
}

double Bilinear::differentiate(int) {
  players_->zero_grad();
  const Tensor x = x_ - best_x_, y = y_ - best_y_;
  const Tensor value = coupled(x).dot(at::mv(coupling_, coupled(y))) +
                       0.5 * curvature_ * (x.square().sum() - y.square().sum());
  value.backward();
  y_.mutable_grad().neg_();
  return squared_distance();
}

Quality Bilinear::quality(const std::vector<Batch>&) { return {squared_distance(), 0}; }

std::vector<Figure> Bilinear::figures() { return {{"distance", std::sqrt(squared_distance())}}; }

}  // namespace antigrad::trainer
