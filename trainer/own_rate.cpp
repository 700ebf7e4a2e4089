// Short runs from the same weights on the same batches.
#include "trainer/own_rate.hpp"

#include <cmath>
#include <limits>
#include <utility>

namespace antigrad::trainer {

Task at_rate(Task task, double factor) {
  task.optimiser.rate *= factor;
  if (task.optimiser.theta_rate >= 0) task.optimiser.theta_rate *= factor;
  return task;
}

double own_rate_factor(const Task& task, const std::shared_ptr<const Dataset>& data,
                       const SharedActivation& activation, std::uint64_t seed,
                       const Compute& compute) {
  double best = std::numeric_limits<double>::infinity(), chosen = 1;
  for (const double factor : task.own_rate.factors) {
    Task tried = at_rate(task, factor);
    tried.evaluate_every = std::numeric_limits<int>::max();  // no points: the mean is of all steps
    Run run(std::move(tried), data, activation, seed, compute);
    run.advance(task.own_rate.steps);
    if (run.diverged() || !(run.training_loss() < best)) continue;
    best = run.training_loss();
    chosen = factor;
  }
  return chosen;
}

}  // namespace antigrad::trainer
