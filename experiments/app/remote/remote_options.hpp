// Options of commands that work beyond one machine, for arguments.cpp.
#pragma once
#include "experiments/app/arguments.hpp"

namespace CLI {
class App;
}

namespace antigrad::app {

/// until_done, lease, server_url, server, engine.
void add_remote_option(CLI::App& app, Option option, Arguments& a);

}  // namespace antigrad::app
