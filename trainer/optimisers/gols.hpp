// Steepest descent with steps by GOLS-I (trainer/optimisers/line_search.hpp).
#pragma once
#include "trainer/optimisers/method.hpp"

namespace antigrad::trainer {

/// w <- w + a d with d = -g, a by the line search from the step before (the first one from the
/// spec's rate); all parameters together. Every probe draws a batch; the gradient of the last one
/// is the next g. Where g is 0 or not finite the weights stay and another batch is drawn.
/// Figures: "probes" (all so far), "probes_a_step" (mean), "step_size" (the last).
class Gols : public Method {
 public:
  Gols(const OptimiserSpec& spec, const ParameterGroups& groups);
  void update(double factor, const DrawGradient& draw) override;
  bool holds_gradient() const override { return updates_ > 0; }
  std::vector<Figure> figures() const override;
  void visit(State& state) override;

 private:
  std::vector<at::Tensor> parameters_;
  double step_;
  std::int64_t probes_ = 0, updates_ = 0;
};

}  // namespace antigrad::trainer
