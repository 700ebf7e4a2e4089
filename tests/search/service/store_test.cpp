// The live journal: commits of many threads, other writers, torn tails, refusals.
#include "search/service/store.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <thread>

#include "../fake.hpp"
#include "search/service/journal_door.hpp"

namespace antigrad::search {
namespace {

const std::string kStudy = R"({"op_code":0,"worker_id":"w","study_name":"s","directions":[1]})";
const std::string kTrial = R"({"op_code":4,"worker_id":"w","study_id":0,"datetime_start":null})";

std::string read_all(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void add(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::app) << text;
}

int trials(Store& store) {
  int count = 0;
  store.read([&](const View& view) { count = view.journal.state().trial_count; });
  return count;
}

TEST(Store, MissingFileIsAnEmptyJournalUntilTheFirstCommit) {
  const fake::Folder folder;
  Store store(folder / "j.log");
  EXPECT_EQ(trials(store), 0);
  EXPECT_FALSE(std::filesystem::exists(folder / "j.log"));
  append_journal(store, kStudy + "\n" + kTrial + "\n", "");
  EXPECT_EQ(trials(store), 1);
  EXPECT_EQ(read_all(folder / "j.log"), kStudy + "\n" + kTrial + "\n") << "bytes are kept";
}

TEST(Store, SeesWhatOthersAppendAndLeavesATornTail) {
  const fake::Folder folder;
  add(folder / "j.log", kStudy + "\n");
  Store store(folder / "j.log");
  EXPECT_EQ(trials(store), 0);
  add(folder / "j.log", kTrial + "\n" + kTrial.substr(0, 20));
  EXPECT_EQ(trials(store), 1);
  std::size_t total = 0;
  EXPECT_EQ(store.lines(1, 1000, total), kTrial + "\n");
  EXPECT_EQ(total, 2u);
  append_journal(store, kTrial, "");
  EXPECT_EQ(trials(store), 2);
  EXPECT_EQ(read_all(folder / "j.log"), kStudy + "\n" + kTrial + "\n" + kTrial + "\n");
}

TEST(Store, JournalCutAtAnyByteOfItsLastRecordsLosesNothingBeforeTheCut) {
  const fake::Folder folder;
  const std::string begin = kStudy + "\n" + kTrial + "\n";
  const std::string whole = begin + kTrial + "\n" + kTrial + "\n" + kTrial + "\n";
  for (std::size_t cut = begin.size(); cut <= whole.size(); ++cut) {
    std::filesystem::remove(folder / "j.log");
    add(folder / "j.log", whole.substr(0, cut));
    const auto complete =
        static_cast<int>(std::count(whole.begin(), whole.begin() + static_cast<long>(cut), '\n')) -
        1;
    Store store(folder / "j.log");
    ASSERT_EQ(trials(store), complete) << cut;
    append_journal(store, kTrial, "");
    ASSERT_EQ(trials(store), complete + 1) << cut;
    ASSERT_EQ(replay(read_journal(folder / "j.log")).trial_count, complete + 1) << cut;
  }
}

TEST(Store, LinesComeInPiecesOfWholeLines) {
  const fake::Folder folder;
  Store store(folder / "j.log");
  append_journal(store, kStudy + "\n" + kTrial + "\n" + kTrial, "");
  std::string all;
  std::size_t total = 0, from = 0;
  do {
    const std::string piece = store.lines(from, 10, total);
    ASSERT_EQ(std::count(piece.begin(), piece.end(), '\n'), 1);
    all += piece;
  } while (++from < total);
  EXPECT_EQ(all, read_all(folder / "j.log"));
  EXPECT_EQ(store.lines(9, 10, total), "");
}

TEST(Store, CommitsOfManyThreadsAreAllThereAndDecideOnWhatIsWritten) {
  const fake::Folder folder;
  Store store(folder / "j.log");
  append_journal(store, kStudy, "");
  constexpr int kThreads = 8, kEach = 20, kMost = 100;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        store.commit([&](const View& view) -> std::vector<Entry> {
          if (view.journal.state().trial_count >= kMost) return {};
          return {store.entry({{"op_code", 4}, {"study_id", 0}, {"datetime_start", nullptr}})};
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(trials(store), kMost);
  EXPECT_EQ(replay(read_journal(folder / "j.log")).trial_count, kMost);
}

TEST(Store, CommitThatThrowsWritesNothingAndDisturbsNobody) {
  const fake::Folder folder;
  Store store(folder / "j.log");
  EXPECT_THROW(
      store.commit([](const View&) -> std::vector<Entry> { throw Refusal(409, "no", "not now"); }),
      Refusal);
  EXPECT_EQ(read_all(folder / "j.log"), "");
  append_journal(store, kStudy, "");
  EXPECT_EQ(read_all(folder / "j.log"), kStudy + "\n");
}

TEST(Store, FileThatCannotBeReplayedIsNamedWithItsLine) {
  const fake::Folder folder;
  add(folder / "j.log", kStudy + "\n{\"op\n");
  Store store(folder / "j.log");
  try {
    trials(store);
    ADD_FAILURE();
  } catch (const space::Error& e) {
    EXPECT_NE(std::string(e.what()).find("j.log:2:"), std::string::npos) << e.what();
  }
}

TEST(Store, JournalThatIsSetAsideGivesWayToTheNewOne) {
  const fake::Folder folder;
  Store store(folder / "j.log");
  append_journal(store, kStudy + "\n" + kTrial, "");
  std::filesystem::rename(folder / "j.log", folder / "old.log");
  EXPECT_EQ(trials(store), 0);
  append_journal(store, kStudy, "");
  EXPECT_EQ(read_all(folder / "j.log"), kStudy + "\n");
}

TEST(JournalDoor, RequestThatComesAgainAppendsOnceAlsoAfterACrashInItsMiddle) {
  const fake::Folder folder;
  const std::string body = kStudy + "\n" + kTrial + "\n" + kTrial;
  std::string whole;
  {
    Store store(folder / "j.log");
    EXPECT_EQ(append_journal(store, body, "k"), 3u);
    EXPECT_EQ(append_journal(store, body, "k"), 0u);
    whole = read_all(folder / "j.log");
  }
  for (std::size_t cut = 0; cut <= whole.size(); ++cut) {
    std::filesystem::remove(folder / "j.log");
    add(folder / "j.log", whole.substr(0, cut));
    Store store(folder / "j.log");
    append_journal(store, body, "k");
    ASSERT_EQ(read_all(folder / "j.log"), whole) << cut;
    EXPECT_THROW(append_journal(store, body + "\n" + kTrial, "k"), Refusal);
  }
}

TEST(JournalDoor, WhatOptunaCannotReplayIsRefusedWithItsLineAndNothingIsWritten) {
  const fake::Folder folder;
  Store store(folder / "j.log");
  const std::string categorical =
      R"("distribution":"{\"name\":\"CategoricalDistribution\",\"attributes\":{\"choices\":[1]}}"})";
  const std::pair<std::string, std::string> cases[] = {
      {"", "blank"},
      {"[1]", "expected a journal record"},
      {R"({"op_code":10,"worker_id":"w"})", "unknown op_code 10"},
      {R"({"op_code":4,"study_id":0,"datetime_start":null})", "worker_id"},
      {R"({"op_code":4,"worker_id":"w","study_id":0})", "datetime_start is missing"},
      {R"({"op_code":4,"worker_id":"w","study_id":0,"datetime_start":null,"datetime_complete":null})",
       "datetime_complete"},
      {R"({"op_code":4,"worker_id":"w","study_id":0,"datetime_start":null,"state":1,"datetime_complete":"2026-01-01T00:00:00"})",
       "values"},
      {R"({"op_code":4,"worker_id":"w","study_id":0,"datetime_start":"yesterday"})", "a time like"},
      {R"({"op_code":8,"worker_id":"w","trial_id":0,"user_attr":{"a":1,"b":2}})", "one key"},
      {R"({"op_code":6,"worker_id":"w","trial_id":0,"state":1,"datetime_complete":"2026-01-01T00:00:00"})",
       "values is missing"},
      {R"({"op_code":6,"worker_id":"w","trial_id":0,"state":7,"values":null})", "0 to 4"},
      {R"({"op_code":7,"worker_id":"w","trial_id":0,"step":0.5,"intermediate_value":1})",
       "step: expected an integer"},
      {R"({"op_code":5,"worker_id":"w","trial_id":0,"param_name":"x","param_value_internal":1,)" +
           categorical,
       "index of a choice"},
      {R"({"op_code":5,"worker_id":"w","trial_id":0,"param_name":"x","param_value_internal":0,"distribution":"{}"})",
       "type"},
      {R"({"op_code":8,"worker_id":"w","trial_id":0,"user_attr":{"a":)" + std::string(100, '[') +
           std::string(100, ']') + "}}",
       "levels"},
      {R"({"op_code":8,"worker_id":"w","trial_id":0,"user_attr":{"a":)" + std::string(100000, '['),
       "levels"},
      {R"({"op_code":2,"worker_id":"w","study_id":0,"user_attr":{"a":1},"antigrad_key":"k"})",
       "server's field"},
  };
  for (const auto& [line, expected] : cases) {
    try {
      append_journal(store, kStudy + "\n" + line + "\n" + kTrial, "");
      ADD_FAILURE() << line.substr(0, 100);
    } catch (const Refusal& e) {
      EXPECT_EQ(e.status(), 400);
      EXPECT_TRUE(e.message().starts_with("line 2: ")) << e.what();
      EXPECT_NE(e.message().find(expected), std::string::npos) << e.what();
    }
  }
  EXPECT_FALSE(std::filesystem::exists(folder / "j.log"));
}

TEST(JournalDoor, TheNewestKeysAreKnownAndOlderOnesForgotten) {
  const fake::Folder folder;
  const std::string line = R"({"op_code":2,"worker_id":"w","study_id":0,"user_attr":{"a":1}})";
  std::string text = kStudy + "\n";
  for (std::size_t i = 0; i <= kKeys; ++i)
    text += line.substr(0, line.size() - 1) +
            fmt::format(",\"antigrad_key\":\"k{}#{}\"}}\n", i, digest_of(line));
  std::ofstream(folder / "j.log") << text;
  Store store(folder / "j.log");
  EXPECT_EQ(append_journal(store, line, "k1"), 0u);
  EXPECT_EQ(append_journal(store, line, "k0"), 1u) << kKeys << " newer ones are known";
}

TEST(JournalDoor, BareNanStaysBareBesideAKey) {
  const fake::Folder folder;
  Store store(folder / "j.log");
  const std::string line =
      R"({"op_code":7,"worker_id":"w","trial_id":0,"step":0,"intermediate_value":NaN})";
  append_journal(store, kStudy + "\n" + kTrial + "\n" + line, "k");
  const std::string text = read_all(folder / "j.log");
  EXPECT_NE(text.find("\"intermediate_value\":NaN,\"antigrad_key\":\"k#"), text.npos) << text;
  store.read([](const View& view) {
    EXPECT_TRUE(std::isnan(view.journal.trial(0)->intermediate_values.at(0)));
  });
}

}  // namespace
}  // namespace antigrad::search
