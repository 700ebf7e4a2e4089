// One library a database; it stays open until the process ends.
#include "experiments/app/sql_library.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <filesystem>

#include "experiments/app/trainer_library.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::SqlDialect;

std::string path_of(SqlDialect dialect) {
  const char* const name =
      dialect == SqlDialect::sqlite ? "libantigrad_sqlite.so" : "libantigrad_postgresql.so";
  return (std::filesystem::path(program_path()).parent_path() / name).string();
}

search::OpenSql* entry(SqlDialect dialect) {
  if (!has_database(dialect))
    throw space::Error(fmt::format("antigrad was built without {}; install {} and build again",
                                   name_of(dialect),
                                   dialect == SqlDialect::sqlite ? "libsqlite3-dev" : "libpq-dev"));
  void* const library = ::dlopen(path_of(dialect).c_str(), RTLD_NOW | RTLD_LOCAL);
  void* const address = library == nullptr ? nullptr
                                           : ::dlsym(library, dialect == SqlDialect::sqlite
                                                                  ? "antigrad_open_sqlite"
                                                                  : "antigrad_open_postgresql");
  if (address == nullptr)
    throw space::Error(
        fmt::format("cannot open {} ({}); build antigrad again", path_of(dialect), ::dlerror()));
  return reinterpret_cast<search::OpenSql*>(address);
}

}  // namespace

const char* name_of(SqlDialect dialect) {
  return dialect == SqlDialect::sqlite ? "SQLite" : "PostgreSQL";
}

bool has_database(SqlDialect dialect) { return std::filesystem::exists(path_of(dialect)); }

std::unique_ptr<search::SqlDatabase> open_database(const std::string& url, bool write) {
  const search::SqlAddress address = search::parse_sql_url(url);
  std::unique_ptr<search::SqlDatabase> opened;
  entry(address.dialect)(address, write, opened);
  return opened;
}

}  // namespace antigrad::app
