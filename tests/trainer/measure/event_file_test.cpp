// Event files say what was written, go on where a run goes on, and do not pass damage off as data;
// tests/oracle/events.py reads them with TensorBoard's own reader.
#include "trainer/measure/event_file.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

namespace fs = std::filesystem;

class EventFileTest : public testing::Test {
 protected:
  EventFileTest() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::path(testing::TempDir()) / (std::string("antigrad_events_") + test->name());
    fs::remove_all(folder_);
  }
  ~EventFileTest() override { fs::remove_all(folder_); }

  std::string path() const { return (folder_ / "a" / "events.out.tfevents.x").string(); }
  std::string bytes() const {
    std::ifstream in(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::int64_t> steps() const {
    std::vector<std::int64_t> all;
    for (const Event& event : read_events(path())) all.push_back(event.step);
    return all;
  }
  void write(std::int64_t from, std::int64_t to) const {
    EventFile file(path(), from);
    for (std::int64_t step = from + 1; step <= to; ++step)
      file.add({1.5, step, {{"loss", 1. / static_cast<double>(step)}}});
  }

  fs::path folder_;
};

TEST_F(EventFileTest, ReadsBackWhatWasWritten) {
  const std::vector<Event> events = {
      {1.7e9, 1, {{"a", 0.5}, {"b/c", -3e30}}},
      {1.7e9 + 1, 300, {{"a", INFINITY}}},
      {1.7e9 + 2, std::int64_t{1} << 40, {{std::string(300, 'x'), 0}}}};
  {
    EventFile file(path(), 0);
    for (const Event& event : events) file.add(event);
  }
  const std::vector<Event> read = read_events(path());
  ASSERT_EQ(read.size(), events.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].wall_time, events[i].wall_time);
    EXPECT_EQ(read[i].step, events[i].step);
    ASSERT_EQ(read[i].values.size(), events[i].values.size());
    for (std::size_t k = 0; k < read[i].values.size(); ++k) {
      EXPECT_EQ(read[i].values[k].first, events[i].values[k].first);
      EXPECT_EQ(read[i].values[k].second, static_cast<float>(events[i].values[k].second));
    }
  }
}

TEST_F(EventFileTest, GoesOnBehindAStepAndDropsWhatCameAfter) {
  write(0, 10);
  write(4, 6);
  EXPECT_EQ(steps(), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
  const std::string whole = bytes();
  write(6, 6);
  EXPECT_EQ(bytes(), whole);
  write(0, 2);
  EXPECT_EQ(steps(), (std::vector<std::int64_t>{1, 2}));
}

TEST_F(EventFileTest, AnUnfinishedEndIsLeftOutAndOverwritten) {
  write(0, 3);
  const std::string whole = bytes();
  for (std::size_t cut = 1; cut < 30; ++cut) {
    fs::resize_file(path(), whole.size() - cut);
    EXPECT_EQ(steps(), (std::vector<std::int64_t>{1, 2})) << cut;
  }
  write(2, 3);
  EXPECT_EQ(bytes(), whole);
}

TEST_F(EventFileTest, DamageIsAnErrorWithItsPlace) {
  write(0, 3);
  std::string damaged = bytes();
  const std::size_t at = damaged.size() - 6;  // in the last record's value
  damaged[at] = static_cast<char>(damaged[at] ^ 1);
  std::ofstream(path(), std::ios::binary) << damaged;
  try {
    read_events(path());
    FAIL() << "it was read";
  } catch (const space::Error& error) {
    EXPECT_NE(std::string(error.what()).find(": offset "), std::string::npos) << error.what();
    EXPECT_NE(std::string(error.what()).find("a record has a wrong checksum"), std::string::npos);
  }
  std::ofstream(path(), std::ios::binary) << "this is no event file at all";
  EXPECT_THROW(read_events(path()), space::Error);
  EXPECT_THROW(read_events(path() + ".absent"), space::Error);
}

TEST_F(EventFileTest, AFullDiskIsAnErrorAndLosesNothingOfBefore) {
  const auto before = std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  EventFile file(path(), 0);
  file.add({0, 1, {{"a", 1}}});
  const rlimit limited{rlim_t{fs::file_size(path())} + 10, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &limited);
  EXPECT_THROW(file.add({0, 2, {{"a", 1}}}), space::Error);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, before);
  EXPECT_EQ(steps(), (std::vector<std::int64_t>{1}));
}

}  // namespace
}  // namespace antigrad::trainer
