// What a run directory over its quota says.
#pragma once
#include <cstdint>
#include <string>

#include "search/run_directory.hpp"

namespace antigrad::app {

/// What takes how much, what can go, and how to go on; a few lines.
std::string quota_text(const search::RunDirectory& run, std::uint64_t quota);

}  // namespace antigrad::app
