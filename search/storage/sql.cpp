// URLs as SQLAlchemy writes them.
#include "search/storage/sql.hpp"

#include <fmt/format.h>

#include <regex>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr const char* kForms =
    "sqlite:///FILE, sqlite:////ABSOLUTE/FILE or postgresql://USER@HOST:PORT/DATABASE";

std::string without_password(const std::string& url) {
  static const std::regex authority(R"(^([a-z0-9+]+://[^:/@?]*):[^@/?]*@)");
  static const std::regex field(R"(([?&]password=)[^&]*)");
  return std::regex_replace(std::regex_replace(url, authority, "$1:***@"), field, "$1***");
}

}  // namespace

SqlAddress parse_sql_url(const std::string& url) {
  const std::size_t cut = url.find("://");
  const std::string scheme = url.substr(0, std::min(cut, url.size()));
  const std::string kind = scheme.substr(0, scheme.find('+'));
  const std::string rest = cut == url.npos ? "" : url.substr(cut + 3);
  const auto refuse = [&](const std::string& why) {
    throw space::Error(
        fmt::format("--optuna: {}; expected {}, got \"{}\"", why, kForms, without_password(url)));
  };
  if (cut == url.npos) refuse("this is no URL");
  if (kind == "sqlite") {
    if (!rest.starts_with('/') || rest.size() < 2) refuse("SQLite's URL names no file");
    if (rest.find('?') != rest.npos) refuse("no options may follow the file");
    return {SqlDialect::sqlite, rest.substr(1), without_password(url)};
  }
  if (kind != "postgresql")
    refuse(fmt::format("\"{}\" is not among the databases that antigrad knows", kind));
  return {SqlDialect::postgresql, "postgresql://" + rest, without_password(url)};
}

std::string sql_literal(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + "'";
}

}  // namespace antigrad::search
