// How large the network of a task is, known before anything trains.
#pragma once
#include <string>

#include "trainer/task.hpp"

namespace antigrad::app {

/// "llama, 107,584 parameters, 13.1 MFLOP forward an example; feed-forward 170 gated = 256 plain".
/// Reads the images, or the tokenizer, for their sizes. Throws space::Error where they cannot be
/// read.
std::string model_facts(const trainer::Task& task);

}  // namespace antigrad::app
