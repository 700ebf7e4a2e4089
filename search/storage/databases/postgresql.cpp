// PostgreSQL behind this file, by libpq: rows go in by COPY, come out as text.
#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>
#include <cstdlib>

#include "search/storage/sql.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

// Types as pg_type numbers them.
constexpr Oid kInt8 = 20, kInt2 = 21, kInt4 = 23, kFloat4 = 700, kFloat8 = 701;

class Answer {
 public:
  explicit Answer(PGresult* result) : result_(result) {}
  ~Answer() { ::PQclear(result_); }
  Answer(const Answer&) = delete;
  Answer& operator=(const Answer&) = delete;
  PGresult* get() const { return result_; }
  ExecStatusType status() const { return ::PQresultStatus(result_); }

 private:
  PGresult* result_;
};

class Postgresql : public SqlDatabase {
 public:
  Postgresql(const SqlAddress& address, bool write)
      : shown_(address.shown), connection_(::PQconnectdb(address.where.c_str())) {
    try {
      if (::PQstatus(connection_) != CONNECTION_OK) fail();
      ::PQsetNoticeProcessor(
          connection_, [](void*, const char*) {}, nullptr);
      if (::PQsetClientEncoding(connection_, "UTF8") != 0) fail();
      run(write ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
      run("SET LOCAL extra_float_digits = 1; SET LOCAL datestyle = 'ISO'");
    } catch (const space::Error&) {
      ::PQfinish(connection_);
      throw;
    }
  }
  ~Postgresql() override { ::PQfinish(connection_); }  // which rolls back
  Postgresql(const Postgresql&) = delete;
  Postgresql& operator=(const Postgresql&) = delete;

  SqlDialect dialect() const override { return SqlDialect::postgresql; }

  void run(const std::string& statements) override {
    const Answer answer(::PQexec(connection_, statements.c_str()));
    if (answer.status() != PGRES_COMMAND_OK && answer.status() != PGRES_TUPLES_OK) fail();
  }

  std::vector<SqlRow> rows(const std::string& query) override {
    const Answer answer(::PQexec(connection_, query.c_str()));
    if (answer.status() != PGRES_TUPLES_OK) fail();
    std::vector<SqlRow> all(static_cast<std::size_t>(::PQntuples(answer.get())));
    for (std::size_t row = 0; row < all.size(); ++row)
      for (int i = 0; i < ::PQnfields(answer.get()); ++i)
        all[row].push_back(cell(answer.get(), static_cast<int>(row), i));
    return all;
  }

  void insert(const std::string& table, const std::string& columns,
              const std::vector<SqlRow>& rows) override {
    if (rows.empty()) return;
    const std::string begin = fmt::format("COPY {} ({}) FROM STDIN", table, columns);
    if (const Answer answer(::PQexec(connection_, begin.c_str())); answer.status() != PGRES_COPY_IN)
      fail();
    for (const SqlRow& row : rows) {
      std::string line;
      for (const SqlValue& value : row) line += copied(value) + '\t';
      line.back() = '\n';
      if (::PQputCopyData(connection_, line.data(), static_cast<int>(line.size())) != 1) fail();
    }
    if (::PQputCopyEnd(connection_, nullptr) != 1) fail();
    const Answer answer(::PQgetResult(connection_));
    if (answer.status() != PGRES_COMMAND_OK) fail();
    while (PGresult* const more = ::PQgetResult(connection_)) ::PQclear(more);
  }

  void commit() override { run("COMMIT"); }

 private:
  [[noreturn]] void fail() const {
    std::string why = ::PQerrorMessage(connection_);
    for (char& c : why)
      if (c == '\n') c = ' ';
    while (why.ends_with(' ')) why.pop_back();
    throw space::Error(fmt::format("{}: PostgreSQL: {}", shown_, why));
  }

  static SqlValue cell(const PGresult* result, int row, int column) {
    if (::PQgetisnull(result, row, column) != 0) return {};
    const std::string text(::PQgetvalue(result, row, column),
                           static_cast<std::size_t>(::PQgetlength(result, row, column)));
    switch (::PQftype(result, column)) {
      case kInt2:
      case kInt4:
      case kInt8: return std::int64_t{std::strtoll(text.c_str(), nullptr, 10)};
      case kFloat4:
      case kFloat8: {
        double value = 0;
        std::from_chars(text.data(), text.data() + text.size(), value);
        return value;
      }
      default: return text;
    }
  }

  // COPY's text format.
  static std::string copied(const SqlValue& value) {
    if (const auto* const whole = std::get_if<std::int64_t>(&value)) return fmt::to_string(*whole);
    if (const auto* const number = std::get_if<double>(&value)) return fmt::format("{}", *number);
    const auto* const text = std::get_if<std::string>(&value);
    if (text == nullptr) return "\\N";
    std::string out;
    for (const char c : *text) {
      switch (c) {
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: out += c;
      }
    }
    return out;
  }

  const std::string shown_;
  PGconn* const connection_;
};

}  // namespace
}  // namespace antigrad::search

extern "C" void antigrad_open_postgresql(const antigrad::search::SqlAddress& address, bool write,
                                         std::unique_ptr<antigrad::search::SqlDatabase>& opened) {
  opened = std::make_unique<antigrad::search::Postgresql>(address, write);
}
