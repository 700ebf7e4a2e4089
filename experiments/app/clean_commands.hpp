// The commands about what lies on the disk, and where they are.
#pragma once
#include <vector>

#include "experiments/app/commands.hpp"

namespace antigrad::app {

/// A row each.
std::vector<Command> clean_commands();

// storage_clean_command.cpp: room on the disk.
int storage_clean_command(const Arguments&);

}  // namespace antigrad::app
