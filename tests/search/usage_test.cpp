// What a run takes, what of it may go, and a study that stops at its quota.
#include "search/usage.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <set>
#include <sstream>

#include "fake.hpp"
#include "search/quota.hpp"
#include "search/record.hpp"
#include "search/storage/journal.hpp"
#include "search/summary.hpp"

namespace antigrad::search {
namespace {

namespace fs = std::filesystem;

void write(const std::string& path, std::size_t bytes) {
  fs::create_directories(fs::path(path).parent_path());
  std::ofstream(path, std::ios::binary) << std::string(bytes, 'x');
}

/// A run of the stand-ins that was stopped after six trials, and what lies around it.
class Storage : public testing::Test {
 protected:
  void SetUp() override {
    StudyConfig study = fake::study();
    run_ = prepare_run(folder_.path(), study, Start::start);
    fake::run(study, run_.journal(), 1);
    trial_ = summarise(run_).trials.at(5);
    checkpoint_ = name(trial_.runs.at(0).seed, trial_.candidate.activation);
  }
  std::string name(std::uint64_t seed, const std::string& activation) const {
    return fmt::format("{}/images-{}-{:016x}.run", checkpoints_of(run_), seed,
                       space::child_seed(0, activation));
  }
  std::set<std::string> names() const {
    std::set<std::string> all;
    for (const Removable& one : removable(run_)) all.insert(fs::path(one.path).filename());
    return all;
  }

  fake::Folder folder_;
  RunDirectory run_;
  Trial trial_;
  std::string checkpoint_;
};

TEST_F(Storage, WhatCanBeMadeAgainMayGoAndNothingElse) {
  write(checkpoint_, 100);
  write(name(7999, trial_.candidate.activation), 10);            // a seed that no finished run had
  write(name(trial_.runs.at(0).seed, "another"), 10);            // a trial that runs
  write(checkpoint_ + fmt::format(".{}.part", ::getpid()), 10);  // being written
  write(checkpoint_ + ".999999999.part", 20);
  write(run_.events() + "/5/images-7000/events", 300);
  write(run_.events() + "/99/images-7000/events", 10);
  write(run_.events() + "/confirm-1/images-7000/events", 30);
  write(run_.report(), 50);
  write(kernels_of(run_) + "/winner_torch.py", 60);
  write(run_.path + "/notes.txt", 70);
  EXPECT_EQ(names(), (std::set<std::string>{fs::path(checkpoint_).filename(),
                                            fs::path(checkpoint_ + ".999999999.part").filename(),
                                            "5", "confirm-1", "report.html", "kernels"}));
  const std::string journal = fake::canonical(run_.journal());
  const Usage before = usage_of(run_);
  std::uint64_t sum = 0;
  for (const Removable& one : removable(run_)) {
    sum += one.bytes;
    remove(one);
  }
  EXPECT_EQ(sum, 100u + 20 + 300 + 30 + 50 + 60);
  EXPECT_TRUE(names().empty());
  EXPECT_EQ(fake::canonical(run_.journal()), journal);
  const Usage after = usage_of(run_);
  EXPECT_EQ(before.total() - after.total(), sum);
  EXPECT_EQ(after.checkpoints, 30u);
  EXPECT_EQ(after.events, 10u);
  EXPECT_GE(after.others, 70u);
  EXPECT_EQ(after.journal, fs::file_size(run_.journal()));
}

TEST_F(Storage, WhatATrialThatRunsNeedsStays) {
  const std::vector<Json> records = read_journal(run_.journal());
  std::ofstream out(run_.journal(), std::ios::trunc);
  for (const Json& record : records) {
    if (record.at("op_code") == 6 || record.at("op_code") == 7) break;  // baselines get scores
    out << to_text(record) << '\n';
  }
  out.close();
  const Replay now = replay(read_journal(run_.journal()));
  const Trial trial = from_stored(now.studies.at(0).trials.at(0));
  ASSERT_FALSE(trial.finished());
  ASSERT_FALSE(trial.runs.empty());
  write(name(trial.runs.at(0).seed, trial.candidate.activation), 100);
  write(run_.events() + "/" + trial.folder() + "/images-7000/events", 300);
  EXPECT_TRUE(names().empty());
}

TEST_F(Storage, NothingIsThereAndNothingMayGo) {
  EXPECT_TRUE(removable(run_).empty());
  EXPECT_EQ(bytes_of(run_.path + "/none"), 0u);
}

TEST_F(Storage, LinksAreNotFollowed) {
  const fake::Folder other;
  write(other / "big", 100000);
  fs::create_directories(run_.events());
  fs::create_directory_symlink(other.path(), run_.events() + "/5");
  fs::create_symlink(other / "big", run_.report());
  EXPECT_LT(usage_of(run_).total(), 100000u + fs::file_size(run_.journal()));
  for (const Removable& one : removable(run_)) remove(one);
  EXPECT_TRUE(fs::exists(other / "big"));
}

TEST(Quota, SizesAreReadAsPeopleWriteThem) {
  const std::pair<std::string, std::uint64_t> good[] = {
      {"2GB", 2000000000},     {"500 MB", 500000000}, {"1.5GiB", 1610612736},
      {"4096", 4096},          {"10kB", 10000},       {"3 B", 3},
      {"\"2 GB\"", 2000000000}};
  for (const auto& [text, bytes] : good)
    EXPECT_EQ(quota_of(parse_study(fake::study_text(2, "quota: " + text + "\n"), "toy.yaml").text),
              bytes)
        << text;
  for (const char* bad : {"0", "-1GB", "GB", "2 gigabytes", "[1]", "1e40", "nan", "inf", ""}) {
    try {
      parse_study(fake::study_text(2, fmt::format("quota: {}\n", bad)), "toy.yaml");
      ADD_FAILURE() << bad;
    } catch (const space::Error& e) {
      EXPECT_NE(std::string(e.what()).find("expected a size on the disk, like 2GB"),
                std::string::npos)
          << e.what();
    }
  }
  EXPECT_EQ(bytes_text(999), "999 bytes");
  EXPECT_EQ(bytes_text(1500000000), "1.5 GB");
}

TEST(Quota, StudyThatTakesMoreStopsBetweenTrialsAndGoesOnWithMore) {
  const fake::Folder folder;
  fs::create_directories(folder / "whole");
  fake::run(fake::study(), folder / "whole/j.log", 1);
  const auto most = fs::file_size(folder / "whole/j.log") / 2;
  StudyConfig config =
      parse_study(fake::study_text(20, fmt::format("quota: {}\n", most)), "toy.yaml");
  fake::Sampler sampler;
  Pool pool(2, fake::factory());
  fs::create_directories(folder / "small");
  const std::string journal = folder / "small/j.log";
  const SearchResult stopped = run_search(fake::options(config, journal, sampler), pool);
  EXPECT_FALSE(stopped.complete);
  const Summary s = summarise(config, journal);
  EXPECT_EQ(s.counts.count("running"), 0u);
  EXPECT_LT(s.trials.size(), 23u);
  EXPECT_GT(s.trials.size(), 3u);
  const auto size = fs::file_size(journal);
  EXPECT_FALSE(run_search(fake::options(config, journal, sampler), pool).complete);
  EXPECT_EQ(fs::file_size(journal), size) << "it trains nothing";
  std::ostringstream trials[2];
  fake::run(fake::study(), journal, 1);  // the same study without a quota
  int i = 0;
  for (const std::string& path : {journal, folder / "whole/j.log"}) {
    for (const Json& record : read_journal(path))
      if (record.at("op_code") == 4) trials[i] << canonical_text({&record, 1});
    ++i;
  }
  EXPECT_EQ(trials[0].str(), trials[1].str());
}

TEST(Quota, AnotherQuotaIsTheSameStudy) {
  EXPECT_TRUE(same_study(fake::study_text(2), fake::study_text(2, "quota: 2GB\n")));
  EXPECT_TRUE(same_study(fake::study_text(2, "quota: 1GB\n"), fake::study_text(2, "quota: 2GB\n")));
  EXPECT_FALSE(same_study(fake::study_text(2), fake::study_text(3, "quota: 2GB\n")));
}

}  // namespace
}  // namespace antigrad::search
