// Help texts, from the table of commands.
#pragma once
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "experiments/app/arguments.hpp"

namespace antigrad::app {

/// "antigrad show [OPTIONS] RUN [TRIAL]".
std::string usage_of(const Command& command);

/// What `antigrad NAME --help` prints; options: how each is written, what it means.
std::string help_of(const Command& command,
                    const std::vector<std::pair<std::string, std::string>>& options);

/// What `antigrad --help` prints.
std::string overview(std::span<const Command> commands);

}  // namespace antigrad::app
