// Studies between our journal and Optuna's tables in SQL, both ways, with every field.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "search/storage/replay.hpp"
#include "search/storage/sql.hpp"

namespace antigrad::search {

/// Writes studies with all their trials; the caller commits. Trials keep their numbers and, over
/// all studies, their order; times become UTC. replace: studies of these names that are there give
/// way. Throws space::Error, nothing to be committed then, when one is there and may not be
/// replaced, and for what the tables cannot hold: a value or parameter that is NaN.
void write_studies(SqlDatabase& database, std::span<const StoredStudy> studies, bool replace);

/// All studies of a database, or the one with this name ("" = all). Their ids count from 0 in the
/// order of the database's, those of the trials too. Throws space::Error when there is none, and
/// for what a journal cannot hold.
std::vector<StoredStudy> read_studies(SqlDatabase& database, const std::string& name);

/// The records that make these studies anew in a journal, whose next study has the id `first`;
/// without worker_id. Every trial is one record.
std::vector<Json> records_of(std::span<const StoredStudy> studies, int first);

}  // namespace antigrad::search
