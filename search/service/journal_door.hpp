// The journal as a service: what Python's antigrad.optuna.HttpJournalBackend reads and appends.
#pragma once
#include <string>

#include "search/service/store.hpp"

namespace antigrad::search {

/// Appends the records of `body`, a line each, all or none; the lines are kept as they are, bytes
/// and all. key: of the request, "" when it has none; the same request with the same key appends
/// once. Returns how many were appended. Throws Refusal 400 with the number of the line for what
/// Optuna could not replay.
std::size_t append_journal(Store& store, const std::string& body, const std::string& key);

/// A digest of a request, to know it again.
std::string digest_of(const std::string& text);

}  // namespace antigrad::search
