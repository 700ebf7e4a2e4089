// Runs of one task and seed that train as one network.
#pragma once
#include <span>
#include <vector>

#include "trainer/run.hpp"

namespace antigrad::trainer {

/// [run][step]: the loss before each update; NaN behind a run's divergence.
using Losses = std::vector<std::vector<double>>;

/// Trains runs of one task and seed that are all at one step, none of which has diverged, up to
/// `step`: what advance() of each does, but that the forward and backward pass is one for all. A
/// run that diverges on the way stops. Throws what Run::advance does.
Losses advance_together(std::span<Run* const> runs, const Task& task, const Dataset& data,
                        int step);

/// The losses of a run by itself, up to `step`.
std::vector<double> advance_alone(Run& run, int step);

/// Whether two lists of losses of the same steps differ by no more than 1e-4 anywhere. Behind a
/// loss that is not finite in either nothing is compared, but it must not be finite in both.
bool equal_losses(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace antigrad::trainer
