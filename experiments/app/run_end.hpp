// What a search ends with, whoever trained for it.
#pragma once
#include <cstdint>
#include <string>

#include "experiments/app/listing.hpp"
#include "search/engine.hpp"
#include "search/run_directory.hpp"

namespace antigrad::app {

/// Writes the files of the run directory and prints the table. go_on: the command that goes on with
/// a search that was stopped, without "antigrad"; quota: bytes of the run directory, 0 = any; over
/// it, only what takes them is said. Returns the exit code.
int end_run(const search::RunDirectory& run, const search::SearchResult& result, Format format,
            const std::string& go_on, std::uint64_t quota);

}  // namespace antigrad::app
