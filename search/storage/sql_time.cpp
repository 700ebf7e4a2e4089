// Seconds since 1970 and microseconds, by the C library's calendar.
#include "search/storage/sql_time.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <cstdlib>
#include <ctime>
#include <regex>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

struct Moment {
  std::time_t seconds = 0;
  int micros = 0;
};

// local: what a time without an offset is.
Moment moment_of(const std::string& text, bool local) {
  static const std::regex form(
      R"((\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([+-])(\d\d):?(\d\d)|(Z))?)");
  std::smatch part;
  if (text.size() > 60 || !std::regex_match(text, part, form))
    throw space::Error(fmt::format(
        "expected a time like 2026-01-31T12:00:00.000000+00:00, got \"{}\"", text.substr(0, 60)));
  const auto number = [&](std::size_t i) { return std::atoi(part[i].str().c_str()); };
  std::tm fields{};
  fields.tm_year = number(1) - 1900;
  fields.tm_mon = number(2) - 1;
  fields.tm_mday = number(3);
  fields.tm_hour = number(4);
  fields.tm_min = number(5);
  fields.tm_sec = number(6);
  fields.tm_isdst = -1;
  const bool offset = part[8].matched || part[11].matched;
  Moment moment{offset || !local ? ::timegm(&fields) : std::mktime(&fields),
                std::atoi((part[7].str() + "000000").substr(0, 6).c_str())};
  if (part[8].matched)
    moment.seconds -= (part[8] == "-" ? -60 : 60) * (60 * number(9) + number(10));
  return moment;
}

}  // namespace

std::string sql_time(const std::string& iso) {
  const Moment moment = moment_of(iso, true);
  return fmt::format("{:%Y-%m-%d %H:%M:%S}.{:06}", fmt::gmtime(moment.seconds), moment.micros);
}

std::string journal_time(const std::string& text, bool utc) {
  const Moment moment = moment_of(text, !utc);
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}+00:00", fmt::gmtime(moment.seconds),
                     moment.micros);
}

}  // namespace antigrad::search
