// SQLite behind this file: a database is a file.
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <filesystem>

#include "search/storage/sql.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr int kPatience = 10'000;  // ms, while others write

class Sqlite : public SqlDatabase {
 public:
  Sqlite(const SqlAddress& address, bool write) : path_(address.where), shown_(address.shown) {
    is_new_ = write && !std::filesystem::exists(path_);
    const int flags = write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    const int code = ::sqlite3_open_v2(path_.c_str(), &db_, flags, nullptr);
    try {
      check(code);
      ::sqlite3_busy_timeout(db_, kPatience);
      run(write ? "BEGIN IMMEDIATE" : "BEGIN");
    } catch (const space::Error&) {
      close();
      throw;
    }
  }
  ~Sqlite() override { close(); }

  SqlDialect dialect() const override { return SqlDialect::sqlite; }

  void run(const std::string& statements) override {
    check(::sqlite3_exec(db_, statements.c_str(), nullptr, nullptr, nullptr));
  }

  std::vector<SqlRow> rows(const std::string& query) override {
    const Statement statement(*this, query);
    std::vector<SqlRow> all;
    while (step(statement)) {
      SqlRow& row = all.emplace_back();
      for (int i = 0; i < ::sqlite3_column_count(statement.get()); ++i)
        row.push_back(column(statement.get(), i));
    }
    return all;
  }

  void insert(const std::string& table, const std::string& columns,
              const std::vector<SqlRow>& rows) override {
    if (rows.empty()) return;
    std::string marks = "?";
    for (std::size_t i = 1; i < rows.front().size(); ++i) marks += ", ?";
    const Statement statement(
        *this, fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, marks));
    for (const SqlRow& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i)
        check(bind(statement.get(), static_cast<int>(i) + 1, row[i]));
      step(statement);
      check(::sqlite3_reset(statement.get()));
    }
  }

  void commit() override {
    run("COMMIT");
    is_new_ = false;
  }

 private:
  class Statement {
   public:
    Statement(Sqlite& database, const std::string& text) {
      database.check(::sqlite3_prepare_v2(database.db_, text.c_str(), -1, &statement_, nullptr));
    }
    ~Statement() { ::sqlite3_finalize(statement_); }
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;
    sqlite3_stmt* get() const { return statement_; }

   private:
    sqlite3_stmt* statement_ = nullptr;
  };

  void check(int code) const {
    if (code == SQLITE_OK) return;
    const char* const why = db_ == nullptr ? ::sqlite3_errstr(code) : ::sqlite3_errmsg(db_);
    throw space::Error(fmt::format("{}: SQLite: {}", shown_, why));
  }

  bool step(const Statement& statement) const {
    const int code = ::sqlite3_step(statement.get());
    if (code != SQLITE_ROW && code != SQLITE_DONE) check(code);
    return code == SQLITE_ROW;
  }

  static SqlValue column(sqlite3_stmt* statement, int i) {
    switch (::sqlite3_column_type(statement, i)) {
      case SQLITE_INTEGER: return std::int64_t{::sqlite3_column_int64(statement, i)};
      case SQLITE_FLOAT: return ::sqlite3_column_double(statement, i);
      case SQLITE_NULL: return {};
      default: break;
    }
    const auto* const text = reinterpret_cast<const char*>(::sqlite3_column_text(statement, i));
    return std::string(text, static_cast<std::size_t>(::sqlite3_column_bytes(statement, i)));
  }

  static int bind(sqlite3_stmt* statement, int i, const SqlValue& value) {
    if (const auto* const whole = std::get_if<std::int64_t>(&value))
      return ::sqlite3_bind_int64(statement, i, *whole);
    if (const auto* const number = std::get_if<double>(&value))
      return ::sqlite3_bind_double(statement, i, *number);
    if (const auto* const text = std::get_if<std::string>(&value))
      return ::sqlite3_bind_text(statement, i, text->data(), static_cast<int>(text->size()),
                                 SQLITE_STATIC);
    return ::sqlite3_bind_null(statement, i);
  }

  // A transaction that is open is rolled back; a file that only it made goes too.
  void close() {
    ::sqlite3_close(db_);
    db_ = nullptr;
    std::error_code unknown;
    if (is_new_ && std::filesystem::file_size(path_, unknown) == 0) ::unlink(path_.c_str());
  }

  const std::string path_, shown_;
  sqlite3* db_ = nullptr;
  bool is_new_ = false;  // made by this object, nothing committed yet
};

}  // namespace
}  // namespace antigrad::search

extern "C" void antigrad_open_sqlite(const antigrad::search::SqlAddress& address, bool write,
                                     std::unique_ptr<antigrad::search::SqlDatabase>& opened) {
  opened = std::make_unique<antigrad::search::Sqlite>(address, write);
}
