// A rate of its own for every run: what diverges or crawls at the task's rate is judged at one that
// suits it.
#pragma once
#include <cstdint>
#include <memory>

#include "trainer/run.hpp"

namespace antigrad::trainer {

/// The task with the rates of weights and of activations' parameters times a factor.
Task at_rate(Task task, double factor);

/// The factor of task.own_rate whose run has the least mean training loss over the first
/// own_rate.steps steps; the earlier one where two are equal, 1 where all diverge. Reads training
/// batches only; a function of (task, activation, seed). Costs factors x steps training steps.
double own_rate_factor(const Task& task, const std::shared_ptr<const Dataset>& data,
                       const SharedActivation& activation, std::uint64_t seed,
                       const Compute& compute = {});

}  // namespace antigrad::trainer
