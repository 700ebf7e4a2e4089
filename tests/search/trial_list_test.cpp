// Lists of trials: what a slot leaves behind, and what a trial of a series is worth.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <atomic>

#include "fake.hpp"
#include "search/evidence/series.hpp"

namespace antigrad::search {
namespace {

// Counts what it was asked and how often it was told to forget.
class Counting : public fake::Evaluator {
 public:
  Counting(std::atomic<int>& requests, std::atomic<int>& forgotten)
      : requests_(requests), forgotten_(forgotten) {}
  trainer::Measurement evaluate(const trainer::Evaluation& e) override {
    ++requests_;
    return fake::Evaluator::evaluate(e);
  }
  void forget() override { ++forgotten_; }

 private:
  std::atomic<int>&requests_, &forgotten_;
};

TEST(TrialList, ASeriesIsTrainedOnceForgottenTrialByTrialAndWorthItsMeanLoss) {
  const fake::Folder folder;
  const StudyConfig config = fake::study();
  fake::Sampler sampler;
  const SearchOptions options = fake::options(config, folder / "journal.log", sampler);
  std::atomic<int> requests = 0, forgotten = 0;
  Pool pool(2, [&](int) { return std::make_unique<Counting>(requests, forgotten); });
  Series series;
  series.study = "again";
  for (const char* text : {"x", "2*x", "3*x", "4*x"}) {
    Trial trial;
    trial.number = static_cast<int>(series.wanted.size());
    trial.candidate = fake::describe(text);
    series.wanted.push_back(trial);
    series.stages.push_back({1, {5, 6, 7}});
  }
  Session session(options, 2);
  ASSERT_TRUE(run_series(session, pool, series));
  EXPECT_EQ(forgotten, 4);
  const int asked = requests;
  const std::vector<Trial> trials = session.load("again");
  ASSERT_EQ(trials.size(), 4u);
  int whole = 0;
  for (const Trial& trial : trials) {
    if (trial.state != TrialState::complete) continue;
    ++whole;
    double sum = 0;
    for (const auto& run : trial.runs) sum += run.losses.begin()->second;
    EXPECT_EQ(trial.runs.size(), 6u) << "two tasks, three seeds";
    EXPECT_NEAR(trial.score(), sum / 6, 1e-12);
  }
  EXPECT_GT(whole, 0);
  ASSERT_TRUE(run_series(session, pool, series));
  EXPECT_EQ(requests, asked) << "what is recorded is not trained again";
}

// Files of this process may not grow while it lives.
class FullDisk {
 public:
  FullDisk() : signal_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit none{0, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &none);
  }
  ~FullDisk() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, signal_);
  }

 private:
  rlimit before_{};
  void (*signal_)(int);
};

// Another slot's trial, which comes later, may find room again.
TEST(TrialList, AfterTrialsThatTheJournalRefusedNoneTakeTheirPlaces) {
  const fake::Folder folder;
  const StudyConfig config = fake::study();
  fake::Sampler sampler;
  const SearchOptions options = fake::options(config, folder / "journal.log", sampler);
  Session session(options, 2);
  const int study = session.ensure_study("toy");
  const auto trial = [](int number) {
    Trial made;
    made.number = number;
    made.candidate = fake::describe("x");
    return made;
  };
  const std::lock_guard lock(session.mutex);
  EXPECT_EQ(session.record({trial(0)}, study).size(), 1u);
  {
    const FullDisk full;
    EXPECT_THROW(session.record({trial(1)}, study), space::Error);
  }
  EXPECT_EQ(session.record({trial(2)}, study).size(), 0u);
  EXPECT_EQ(session.load("toy").size(), 1u);
  EXPECT_EQ(session.progress.finished, 1);
}

}  // namespace
}  // namespace antigrad::search
