// Whole studies into a journal: all of them or none.
#pragma once
#include <span>
#include <string>

#include "search/storage/replay.hpp"

namespace antigrad::search {

/// Adds studies to the journal at `path`, made if it is missing, with all their trials. replace:
/// studies of these names that are there are deleted first. Throws space::Error, the journal as it
/// was, when one is there and may not be replaced, when a record is none that Optuna can replay,
/// and when the journal cannot be written or another antigrad process writes it.
void import_studies(const std::string& path, std::span<const StoredStudy> studies, bool replace);

}  // namespace antigrad::search
