// One episode of meta-learning: a network trains for a few steps, and what its loss says about the
// activation's start values comes back.
#pragma once
#include <cstdint>
#include <vector>

#include "trainer/dataset.hpp"
#include "trainer/meta/start_values.hpp"
#include "trainer/model.hpp"
#include "trainer/task.hpp"

namespace antigrad::trainer {

struct Episode {
  double loss = 0;               // after the steps, on a batch that they have not seen
  std::vector<double> gradient;  // of the raw start values, summed over the places; reptile: minus
                                 // the mean way of the places, by rate
};

/// Weights and batches depend on (task.name, seed) only. raw: the start, one value a parameter.
/// with_gradient false: the loss alone.
Episode run_episode(const Task& task, const Dataset& data, const SharedActivation& activation,
                    const std::vector<double>& raw, std::uint64_t seed, const MetaSpec& spec,
                    bool with_gradient = true);

}  // namespace antigrad::trainer
