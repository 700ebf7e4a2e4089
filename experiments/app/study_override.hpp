// Settings of a study that the command line replaces, in its text: the run directory keeps what was
// really run.
#pragma once
#include <cstdint>
#include <optional>

#include "search/study.hpp"

namespace antigrad::app {

/// The study with other numbers of trials, seed. Throws space::Error as search::parse_study does.
search::StudyConfig with_overrides(const search::StudyConfig& config, std::optional<int> trials,
                                   std::optional<std::uint64_t> seed);

}  // namespace antigrad::app
