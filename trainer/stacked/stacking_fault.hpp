// Which tasks' candidates can train as one network. Plain values, no torch.
#pragma once
#include <string>

#include "trainer/task.hpp"

namespace antigrad::trainer {

/// Why candidates of a task cannot train as one network; "" where they can.
std::string stacking_fault(const Task& task);

}  // namespace antigrad::trainer
