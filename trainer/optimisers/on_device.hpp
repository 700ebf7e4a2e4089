// SGD and AdamW where a launch costs more than the numbers it moves: one for all tensors of a
// group.
#pragma once
#include "trainer/optimisers/method.hpp"

namespace antigrad::trainer {

/// What torch::optim's SGD and AdamW compute, for parameters on a GPU. Throws space::Error for
/// another optimiser.
std::unique_ptr<Method> on_device(const OptimiserSpec& spec, const ParameterGroups& groups);

}  // namespace antigrad::trainer
