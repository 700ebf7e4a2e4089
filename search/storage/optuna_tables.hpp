// Optuna's tables in SQL: schema v3.2.0.a, which Optuna 3.2 to 5.0 read and write.
// Source: optuna/storages/_rdb/models.py and what RDBStorage makes of it.
#pragma once
#include <string>
#include <vector>

#include "search/storage/sql.hpp"

namespace antigrad::search {

constexpr const char* kOptunaRevision = "v3.2.0.a";

/// Whether the database has Optuna's tables. Throws space::Error for tables of another version.
bool has_optuna_tables(SqlDatabase& database);

/// Makes the tables where there are none. Throws as has_optuna_tables does.
void make_optuna_tables(SqlDatabase& database);

/// Whether its times are UTC, as Optuna 5.0 has them; before they were the writer's local time. By
/// the version that made the tables.
bool has_utc_times(SqlDatabase& database);

/// n numbers for new rows of "studies" or "trials", ascending.
std::vector<std::int64_t> new_ids(SqlDatabase& database, const std::string& table,
                                  const std::string& column, std::size_t n);

/// Deletes a study and all that belongs to it.
void delete_study_rows(SqlDatabase& database, std::int64_t study_id);

}  // namespace antigrad::search
