// Times of journals, ISO 8601 with or without an offset, and times of Optuna's tables, "2026-01-31
// 12:00:00.000000" without one.
#pragma once
#include <string>

namespace antigrad::search {

/// UTC as the tables have it. A time without an offset is local, as Optuna takes it. Throws
/// space::Error for what is no time.
std::string sql_time(const std::string& iso);

/// A time of a table as a journal has it, with "+00:00". utc: else it is local. Throws
/// space::Error.
std::string journal_time(const std::string& text, bool utc);

}  // namespace antigrad::search
