// The options of what learns through the trainer's autograd.
#pragma once
#include <CLI/CLI.hpp>

#include "trainer/meta/one_shot.hpp"
#include "trainer/meta/start_values.hpp"

namespace antigrad::app {

void add_meta(CLI::App& app, trainer::MetaSpec& spec);
void add_one_shot(CLI::App& app, trainer::OneShotSpec& spec);

}  // namespace antigrad::app
