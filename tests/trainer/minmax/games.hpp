// Games as tests make them: in float64, under an optimiser of the trainer.
#pragma once
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "../compiled.hpp"
#include "trainer/optimiser.hpp"
#include "trainer/problem.hpp"

namespace antigrad::trainer {

inline Task game_task(const ProblemSpec& problem, double rate,
                      const InterpolationSpec& interpolation = {}) {
  Task task;
  task.name = "game";
  task.problem = problem;
  task.batch = 16;
  task.steps = 100;
  task.optimiser = {.rate = rate, .momentum = 0, .interpolation = interpolation};
  return task;
}

/// Every parameter in one vector, in the module's order.
inline at::Tensor flat_parameters(const torch::nn::Module& module) {
  std::vector<at::Tensor> all;
  for (const at::Tensor& parameter : module.parameters())
    all.push_back(parameter.detach().flatten().to(at::kDouble));
  return at::cat(all);
}

}  // namespace antigrad::trainer
