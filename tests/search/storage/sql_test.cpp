// Addresses of databases and their times, without a database.
#include "search/storage/sql.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>

#include "search/storage/sql_exchange.hpp"
#include "search/storage/sql_time.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

/// What the C library takes for local time until the end of a test.
class TimeZone {
 public:
  explicit TimeZone(const char* name) {
    ::setenv("TZ", name, 1);
    ::tzset();
  }
  ~TimeZone() {
    ::unsetenv("TZ");
    ::tzset();
  }
  TimeZone(const TimeZone&) = delete;
  TimeZone& operator=(const TimeZone&) = delete;
};

std::string refusal(const std::string& url) {
  try {
    parse_sql_url(url);
  } catch (const space::Error& e) {
    return e.what();
  }
  return "taken";
}

TEST(SqlUrl, NamesFilesAndDatabasesAsOptunaDoes) {
  EXPECT_EQ(parse_sql_url("sqlite:///a.db").where, "a.db");
  EXPECT_EQ(parse_sql_url("sqlite+pysqlite:////tmp/a.db").where, "/tmp/a.db");
  const SqlAddress address = parse_sql_url("postgresql+psycopg://me:secret@host:5433/db?x=1");
  EXPECT_EQ(address.dialect, SqlDialect::postgresql);
  EXPECT_EQ(address.where, "postgresql://me:secret@host:5433/db?x=1");
  EXPECT_EQ(address.shown, "postgresql+psycopg://me:***@host:5433/db?x=1");
}

TEST(SqlUrl, RefusesOthersWithoutSayingThePassword) {
  for (const char* url :
       {"", "a.db", "sqlite://", "sqlite:///", "sqlite://a.db", "sqlite:///a.db?mode=ro",
        "mysql://me:secret@host/db", "mysql://host/db?password=secret"}) {
    const std::string said = refusal(url);
    EXPECT_NE(said.find("expected sqlite:///FILE"), said.npos) << said;
    EXPECT_EQ(said.find("secret"), said.npos) << said;
  }
}

TEST(SqlTime, IsUtcWhateverTheOffsetAndLocalTimeWithoutOne) {
  const TimeZone zone("XYZ-02");  // two hours before UTC
  EXPECT_EQ(sql_time("2026-01-31T12:00:00.000001+00:00"), "2026-01-31 12:00:00.000001");
  EXPECT_EQ(sql_time("2026-01-31T12:00:00.5+05:30"), "2026-01-31 06:30:00.500000");
  EXPECT_EQ(sql_time("2026-12-31 23:30:00-01:00"), "2027-01-01 00:30:00.000000");
  EXPECT_EQ(sql_time("2026-01-31T12:00:00.25"), "2026-01-31 10:00:00.250000");
}

TEST(SqlTime, OfAnOldDatabaseIsLocal) {
  const TimeZone zone("XYZ-02");
  EXPECT_EQ(journal_time("2026-01-31 12:00:00.000001", true), "2026-01-31T12:00:00.000001+00:00");
  EXPECT_EQ(journal_time("2026-01-31 12:00:00", false), "2026-01-31T10:00:00.000000+00:00");
  EXPECT_THROW(journal_time("yesterday", true), space::Error);
}

TEST(SqlLiteral, DoublesQuotes) { EXPECT_EQ(sql_literal("it's; --"), "'it''s; --'"); }

TEST(SqlRecords, MakeTheStudiesAgainWithTrialsInTheirOrder) {
  std::vector<StoredStudy> studies(2);
  studies[0].name = "a";
  studies[0].directions = {1, 2};
  studies[0].user_attrs = {{"u", 1}, {"v", nullptr}};
  studies[1].name = "b";
  studies[1].directions = {2};
  for (const int id : {0, 2}) {
    StoredTrial& trial = studies[0].trials.emplace_back();
    trial.id = id;
    trial.number = id / 2;
    trial.state = TrialState::waiting;
  }
  studies[1].trials.emplace_back().id = 1;
  std::vector<Json> records{{{"op_code", 0}, {"study_name", "other"}, {"directions", {1}}}};
  for (Json& record : records_of(studies, 1)) records.push_back(std::move(record));
  const Replay again = replay(records);
  ASSERT_EQ(again.studies.size(), 3U);
  EXPECT_EQ(again.studies[1].user_attrs, studies[0].user_attrs);
  EXPECT_EQ(again.studies[1].directions, studies[0].directions);
  EXPECT_EQ(again.studies[1].trials[1].id, 2);
  EXPECT_EQ(again.studies[2].trials[0].id, 1);
  EXPECT_EQ(again.studies[2].trials[0].state, TrialState::running);
}

TEST(SqlRecords, OfATrialThatOptunaCouldNotReplayAreRefused) {
  std::vector<StoredStudy> studies(1);
  studies[0].name = "a";
  studies[0].directions = {1};
  studies[0].trials.emplace_back().state = TrialState::complete;  // without values and times
  EXPECT_THROW(records_of(studies, 0), space::Error);
}

}  // namespace
}  // namespace antigrad::search
