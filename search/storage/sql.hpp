// A database as the tables of Optuna need it. SQLite and PostgreSQL stand behind
// databases/sqlite.cpp and databases/postgresql.cpp, libraries that are opened at run time.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace antigrad::search {

/// A cell: NULL, a whole number, a number (may be infinite; NaN where the database has it), a text.
using SqlValue = std::variant<std::monostate, std::int64_t, double, std::string>;
using SqlRow = std::vector<SqlValue>;

enum class SqlDialect { sqlite, postgresql };

/// An open database in one transaction, which the destructor rolls back. Every function throws
/// space::Error with the database's own words.
class SqlDatabase {
 public:
  virtual ~SqlDatabase() = default;
  virtual SqlDialect dialect() const = 0;
  /// Statements without an answer.
  virtual void run(const std::string& statements) = 0;
  /// The rows of a query.
  virtual std::vector<SqlRow> rows(const std::string& query) = 0;
  /// Adds rows; each has a value for every column of "a, b, c".
  virtual void insert(const std::string& table, const std::string& columns,
                      const std::vector<SqlRow>& rows) = 0;
  /// Makes what was done last: on the disk when it returns.
  virtual void commit() = 0;
};

/// What a URL in Optuna's form names.
struct SqlAddress {
  SqlDialect dialect = SqlDialect::sqlite;
  std::string where;  // sqlite: a path; postgresql: a URI as libpq reads it
  std::string shown;  // the URL without its password, for messages
};

/// sqlite:///relative.db, sqlite:////absolute.db, postgresql://[user[:password]@][host][:port]/name
/// with any of SQLAlchemy's drivers (postgresql+psycopg://). Throws space::Error for anything else.
SqlAddress parse_sql_url(const std::string& url);

/// A text as a literal of SQL.
std::string sql_literal(const std::string& text);

/// What both libraries export under the names below. write: may change the database, and the file
/// of SQLite is made when it is missing; else one consistent state is read.
using OpenSql = void(const SqlAddress& address, bool write, std::unique_ptr<SqlDatabase>& opened);

}  // namespace antigrad::search

extern "C" {
/// Entry point of libantigrad_sqlite.so.
antigrad::search::OpenSql antigrad_open_sqlite;
/// Entry point of libantigrad_postgresql.so.
antigrad::search::OpenSql antigrad_open_postgresql;
}
