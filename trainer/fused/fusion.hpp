// Which layers of a plan are computed as one.
#pragma once
#include <vector>

#include "trainer/models/plan.hpp"

namespace antigrad::trainer {

/// activation(batch_norm(a) + b), in place of two or three layers whose values nothing else reads.
struct FusedLayers {
  int norm = -1, activation = -1;  // layers of the plan
  int a = -1, b = -1;              // what the fused layer reads; b: -1 where nothing is added
};

/// At most one for each activation.
std::vector<FusedLayers> find_fusions(const Plan& plan);

/// A convolution and the normalisation that alone reads it.
struct FoldedLayers {
  int convolution = -1, norm = -1;
};
std::vector<FoldedLayers> find_folds(const Plan& plan);

}  // namespace antigrad::trainer
