// `antigrad bench evidence`.
#pragma once
#include "experiments/app/arguments.hpp"

namespace antigrad::app {

int bench_replay_command(const Arguments&);

}  // namespace antigrad::app
