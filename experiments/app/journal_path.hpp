// The journal that --storage names.
#pragma once
#include <string>

#include "experiments/app/arguments.hpp"

namespace antigrad::app {

/// A file, or a run's journal; without --storage, journal.log in the folder of the runs. Throws
/// space::Error for a run that is not there.
std::string journal_path(const Arguments& arguments);

}  // namespace antigrad::app
