// Linear interpolation around any optimiser: every k updates the weights go back part of the way to
// where these began (Pethick et al., arXiv:2310.13459; Lookahead: Zhang et al. 2019).
#pragma once
#include <vector>

#include "trainer/task.hpp"
#include "trainer/torch.hpp"

namespace antigrad::trainer {

class State;

/// z is the anchor, p the weights, u(p) what the optimiser adds to them.
/// lookahead: k times p <- p + u(p); rapp: k times p <- z + u(p), always from z. Then both
/// z <- (1 - share) z + share p, and p <- z. All parameters move together: of a min-max problem,
/// those of both players. Momentum and the optimiser's other state are left as they are. Buffers
/// are not interpolated.
class Interpolation {
 public:
  /// The parameters as they are make the first anchor. Keeps them (not copies).
  Interpolation(const InterpolationSpec& spec, std::vector<at::Tensor> parameters);
  /// To be called before and after each update.
  void before();
  void after();
  /// What a checkpoint keeps.
  void visit(State& state);

 private:
  InterpolationSpec spec_;
  std::vector<at::Tensor> parameters_, anchor_, before_;
  int updates_ = 0;  // since the anchor moved
};

}  // namespace antigrad::trainer
