// The journal file: what is written, what is read, the lock, the torn tail.
#include "search/storage/journal.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <thread>

#include "fake.hpp"

namespace antigrad::search {
namespace {

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_all(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

const std::string kGood = R"({"op_code":0,"worker_id":"w","study_name":"s","directions":[1]})"
                          "\n";

TEST(Journal, RecordIsOneLineOfStrictJsonWithAWorkerId) {
  const fake::Folder folder;
  Journal journal(folder / "j.log");
  const std::vector<Json> group = {{{"op_code", 0}, {"study_name", "a\nb"}}, {{"op_code", 9}}};
  journal.append(group);
  const std::string text = read_all(journal.path());
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
  EXPECT_EQ(text.back(), '\n');
  const std::vector<Json> read = read_journal(journal.path());
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[0]["study_name"], "a\nb");
  EXPECT_TRUE(read[1]["worker_id"].is_string());
}

TEST(Journal, LockIsReleasedAfterEveryAppend) {
  const fake::Folder folder;
  Journal journal(folder / "j.log");
  const Json record{{"op_code", 0}};
  journal.append({&record, 1});
  EXPECT_FALSE(std::filesystem::is_symlink(folder / "j.log.lock"));
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) {
    files += entry.is_regular_file() || entry.is_symlink();
  }
  EXPECT_EQ(files, 1);
}

TEST(Journal, TornTailIsCutOffBeforeTheNextRecord) {
  const fake::Folder folder;
  write_all(folder / "j.log", kGood + R"({"op_code":4,"worker_id":"w","st)");
  EXPECT_EQ(read_journal(folder / "j.log").size(), 1u);
  Journal journal(folder / "j.log");
  const Json record{{"op_code", 2}};
  journal.append({&record, 1});
  const std::vector<Json> read = read_journal(folder / "j.log");
  ASSERT_EQ(read.size(), 2u);
  EXPECT_EQ(read[1]["op_code"], 2);
}

TEST(Journal, FileThatIsOneTornLineBecomesEmpty) {
  const fake::Folder folder;
  write_all(folder / "j.log", "{\"op");
  Journal journal(folder / "j.log");
  const Json record{{"op_code", 2}};
  journal.append({&record, 1});
  EXPECT_EQ(read_journal(folder / "j.log").size(), 1u);
}

TEST(Journal, EmptyGroupWritesNothing) {
  const fake::Folder folder;
  Journal journal(folder / "j.log");
  journal.append({});
  EXPECT_EQ(read_all(folder / "j.log"), "");
}

TEST(Journal, ReaderTakesWhatPythonWrites) {
  const fake::Folder folder;
  write_all(
      folder / "j.log",
      R"({"op_code": 7, "worker_id": "w", "intermediate_value": NaN, "more": [Infinity, -Infinity, "NaN: \"Infinity"]})"
      "\r\n");
  const Json record = read_journal(folder / "j.log").at(0);
  EXPECT_TRUE(std::isnan(number(record["intermediate_value"])));
  EXPECT_EQ(number(record["more"][0]), INFINITY);
  EXPECT_EQ(number(record["more"][1]), -INFINITY);
  EXPECT_EQ(record["more"][2], "NaN: \"Infinity");
}

TEST(Journal, WhatOptunaRefusesIsAnErrorWithItsLine) {
  const fake::Folder folder;
  const std::pair<std::string, std::string> cases[] = {
      {kGood + "\n" + kGood, "j.log:2: blank line"},
      {kGood + "{\"op_code\":4,\"wor" + kGood, "j.log:2:"},
      {kGood + "[1]\n", "j.log:2: expected a journal record"},
      {kGood + "{\"op_code\":4}\n", "j.log:2: expected a journal record"},
      {"{\"worker_id\":\"w\"}\n", "j.log:1: expected a journal record"},
  };
  for (const auto& [text, expected] : cases) {
    write_all(folder / "j.log", text);
    try {
      read_journal(folder / "j.log");
      ADD_FAILURE() << text;
    } catch (const space::Error& e) {
      EXPECT_NE(std::string(e.what()).find(expected), std::string::npos) << e.what();
    }
  }
}

TEST(Journal, MissingFileIsAnError) {
  EXPECT_THROW(read_journal("/no/such/journal.log"), space::Error);
  EXPECT_THROW(Journal("/no/such/journal.log"), space::Error);
}

TEST(Journal, SecondWriterOfOneJournalIsRefused) {
  const fake::Folder folder;
  const Journal first(folder / "j.log");
  EXPECT_THROW(Journal(folder / "j.log"), space::Error);
}

TEST(Journal, TornTailOfAnotherProgramIsCutBeforeAnAppendHoweverLongItIs) {
  const fake::Folder folder;
  Journal journal(folder / "j.log");
  const Json record{{"op_code", 2}};
  journal.append({&record, 1});
  for (const std::size_t length : {1u, 500u}) {
    std::ofstream(folder / "j.log", std::ios::app) << '{' << std::string(length, 'x');
    journal.append({&record, 1});
  }
  EXPECT_EQ(read_journal(folder / "j.log").size(), 3u);
  std::ifstream in(folder / "j.log", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  EXPECT_TRUE(text.ends_with("\n")) << text;
  EXPECT_EQ(text.find('x'), text.npos) << text;
}

TEST(Journal, LockLeftByAKilledAntigradIsTakenAtOnce) {
  const fake::Folder folder;
  Journal journal(folder / "j.log");
  ASSERT_EQ(::symlink((folder.path() + "/././j.log").c_str(), (folder / "j.log.lock").c_str()), 0);
  const auto begin = std::chrono::steady_clock::now();
  const Json record{{"op_code", 2}};
  journal.append({&record, 1});
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds{5});
  EXPECT_EQ(read_journal(folder / "j.log").size(), 1u);
}

TEST(Journal, LockOfAnotherProgramIsWaitedFor) {
  const fake::Folder folder;
  Journal journal(folder / "j.log");
  const std::string lock = folder / "j.log.lock";
  ASSERT_EQ(::symlink((folder / "j.log").c_str(), lock.c_str()), 0);
  std::atomic<bool> released{false};
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
    released = true;
    ::unlink(lock.c_str());
  });
  const Json record{{"op_code", 2}};
  journal.append({&record, 1});
  EXPECT_TRUE(released);
  other.join();
}

TEST(Journal, TimestampIsOptunasForm) {
  const std::string now = timestamp();
  EXPECT_EQ(now.size(), std::string("2026-01-31T12:00:00.000000+00:00").size());
  EXPECT_EQ(now.substr(10, 1), "T");
  EXPECT_EQ(now.substr(19, 1), ".");
  EXPECT_EQ(now.substr(26), "+00:00");
}

TEST(Journal, CanonicalTextDropsTimesWorkersAndResources) {
  const std::vector<Json> records = {parse_json(
      R"({"op_code":4,"worker_id":"a","datetime_start":"x","datetime_complete":"y","user_attrs":{"resource:s":1,"f":"x"}})")};
  EXPECT_EQ(canonical_text(records), "{\"op_code\":4,\"user_attrs\":{\"f\":\"x\"}}\n");
}

TEST(Json, NumbersSurviveExactly) {
  for (const double v : {0.1, 1.0 / 3, 1e-300, -0.0, 123456789.123456789, 5e-324}) {
    EXPECT_EQ(number(parse_json(to_text(number_to_json(v)))), v);
  }
  for (const double v : {INFINITY, -INFINITY}) {
    EXPECT_EQ(number(parse_json(to_text(number_to_json(v)))), v);
  }
  EXPECT_EQ(to_text(number_to_json(NAN)), "\"NaN\"");
}

TEST(Json, BytesThatAreNotUtf8DoNotBreakARecord) {
  EXPECT_EQ(parse_json(to_text(Json{{"reason", "bad \xff byte"}}))["reason"],
            "bad \xEF\xBF\xBD byte");
}

TEST(Journal, CanonicalTextTakesAttributesThatAreNoMap) {
  const Json record{{"op_code", 0}, {"worker_id", "w"}, {"user_attrs", {1, 2}}};
  EXPECT_EQ(canonical_text({&record, 1}), "{\"op_code\":0,\"user_attrs\":[1,2]}\n");
}

TEST(Json, NonsenseIsAnError) {
  for (const char* text : {"", "{", "nan", "{\"a\":NaNa}", "{\"a\":1}}", "1e999"}) {
    EXPECT_THROW(parse_json(text), space::Error) << text;
  }
  EXPECT_THROW(number(Json("0.5")), space::Error);
}

}  // namespace
}  // namespace antigrad::search
