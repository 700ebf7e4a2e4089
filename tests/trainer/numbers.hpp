// What a training measured, to be compared to the last bit.
#pragma once
#include <vector>

#include "trainer/evaluator.hpp"

namespace antigrad::trainer {

/// The deterministic part of a measurement (no seconds, no memory) as one list of numbers.
inline std::vector<double> numbers(const Measurement& m) {
  std::vector<double> all = {static_cast<double>(m.outcome), static_cast<double>(m.steps)};
  for (const CurvePoint& p : m.curve)
    all.insert(all.end(), {static_cast<double>(p.step), p.training_loss, p.validation_loss,
                           p.validation_accuracy, p.current_loss});
  all.insert(all.end(), m.theta.begin(), m.theta.end());
  return all;
}

}  // namespace antigrad::trainer
