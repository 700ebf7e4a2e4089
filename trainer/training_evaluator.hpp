// The evaluator that trains, for what stands around it inside the trainer.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "trainer/run.hpp"

namespace antigrad::trainer {

/// Called with every run that has been measured; may add to the measurement.
using AfterRun = std::function<void(const Task&, const Dataset&, Run&, Measurement&)>;

/// Of the tasks in a study file. Throws space::Error.
std::unique_ptr<Evaluator> make_training_evaluator(const std::string& study_yaml,
                                                   AfterRun after = nullptr, int slot = 0);

}  // namespace antigrad::trainer
