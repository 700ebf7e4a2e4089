// libantigrad_sqlite.so and libantigrad_postgresql.so, opened when a command needs a database.
#pragma once
#include <memory>
#include <string>

#include "search/storage/sql.hpp"

namespace antigrad::app {

/// "SQLite", "PostgreSQL".
const char* name_of(search::SqlDialect dialect);

/// Whether this build can open such databases.
bool has_database(search::SqlDialect dialect);

/// Opens what a URL names. write: else it is read alone. Throws space::Error for a URL that names
/// none, a database that cannot be opened, and one that this build does not know.
std::unique_ptr<search::SqlDatabase> open_database(const std::string& url, bool write);

}  // namespace antigrad::app
