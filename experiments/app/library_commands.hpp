// `antigrad library`: what past studies have left.
#pragma once
#include "experiments/app/arguments.hpp"

namespace antigrad::app {

int library_list_command(const Arguments&);
int library_show_command(const Arguments&);
int library_merge_command(const Arguments&);
int library_export_command(const Arguments&);

}  // namespace antigrad::app
