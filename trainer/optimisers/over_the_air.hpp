// AdaGrad-OTA and Adam-OTA: adaptive steps for gradients that arrive over the air, with noise of
// heavy tails (Adaptive Federated Learning Over the Air, 2024). With tail 2 they are AdaGrad and
// Adam with momentum that is not corrected for its start.
#pragma once
#include "trainer/optimisers/method.hpp"

namespace antigrad::trainer {

/// g the gradient, a the spec's tail: D <- beta1 D + (1 - beta1) g; AdaGrad-OTA v <- v + |D|^a,
/// Adam-OTA v <- beta2 v + (1 - beta2) |D|^a; w <- w - rate D / (v^(1/a) + epsilon), elementwise; D
/// and v are 0 at the start.
class OverTheAir : public Method {
 public:
  OverTheAir(const OptimiserSpec& spec, const ParameterGroups& groups);
  void update(double factor, const DrawGradient& draw) override;
  void visit(State& state) override;

 private:
  struct Moments {
    at::Tensor parameter, mean, power;
    double rate = 0;
  };
  OptimiserSpec spec_;
  std::vector<Moments> all_;
};

}  // namespace antigrad::trainer
