// Pruners in a search: the same journal for any number of workers, from every one of them.
#include "search/pruners/study_pruner.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <fstream>

#include "../fake.hpp"
#include "search/summary.hpp"

namespace antigrad::search {
namespace {

const char* const kPruners[] = {
    "halving",
    "none",
    "{name: median, startup: 3}",
    "{name: percentile, percentile: 30, startup: 2}",
    "{name: asha, reduction: 2}",
    "hyperband",
    "{name: synchronous, cohort: 5, reduction: 2}",
    "[{name: synchronous, cohort: 7, reduction: 2}, {name: median, startup: 3}]",
    "{name: wilcoxon, p: 0.3}",
    "[halving, {name: racing, level: 0.9}]",
    "{name: extrapolation, startup: 5, chance: 0.2}",
};

/// With rungs of more and more seeds, so that paired ones have something to compare.
StudyConfig study_with(const std::string& pruner) {
  std::string text = fake::study_text(30, "pruner: " + pruner + "\n");
  const std::string last = "    - {fraction: 1.0, seeds: 2}\n";
  text.insert(text.find(last) + last.size(),
              "    - {fraction: 1.0, seeds: 4}\n    - {fraction: 1.0, seeds: 6}\n");
  return parse_study(text, "toy.yaml");
}

TEST(StudyPruner, JournalsDoNotDependOnWorkersAndInterruptions) {
  for (const char* const pruner : kPruners) {
    const fake::Folder folder;
    const StudyConfig config = study_with(pruner);
    const std::string one = fake::run(config, folder / "1.log", 1);
    EXPECT_EQ(fake::run(config, folder / "2.log", 2), one) << pruner;
    std::ifstream in(folder / "1.log", std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    std::ofstream(folder / "part.log", std::ios::binary) << text.substr(0, text.size() / 2);
    EXPECT_EQ(fake::run(config, folder / "part.log", 2), one) << pruner;
    const Summary s = summarise(config, folder / "1.log");
    const bool never = std::string(pruner) == "none";
    EXPECT_EQ(s.counts.count("pruned") == 0, never) << pruner;
    EXPECT_GT(s.counts.at("complete"), 3) << pruner;
    if (std::string(pruner) == "halving" || std::string(pruner).find("racing") != std::string::npos)
      continue;  // whose reason is the rank
    for (const Trial& trial : s.trials)
      EXPECT_EQ(trial.pruned_because.empty(), trial.state != TrialState::pruned) << pruner;
  }
}

// Of every cohort, the last one shorter, and at every rung: the best of all that came there, and
// none of them before the last has come.
TEST(StudyPruner, ACohortWaitsForAllOfItsMembers) {
  constexpr int kCohort = 6, kTrials = 20, kReduction = 2;
  const fake::Folder folder;
  const StudyConfig config = parse_study(
      fake::study_text(kTrials, "pruner: {name: synchronous, cohort: 6, reduction: 2}\n"),
      "toy.yaml");
  fake::run(config, folder / "j.log", 3);
  const Summary s = summarise(config, folder / "j.log");
  const std::size_t rungs = config.halving.rungs.size();
  int decided = 0;
  for (int begin = 0; begin < kTrials; begin += kCohort) {
    for (std::size_t rung = 0; rung + 1 < rungs; ++rung) {
      std::vector<double> went, stayed;
      for (int n = begin; n < std::min(begin + kCohort, kTrials); ++n) {
        const Trial& trial = s.trials[static_cast<std::size_t>(n) + config.baselines.size()];
        if (trial.scores.size() <= rung) continue;
        const bool on = trial.scores.size() > rung + 1 || trial.state == TrialState::fail;
        (on ? went : stayed).push_back(trial.scores[rung]);
      }
      if (went.empty() && stayed.empty()) continue;
      EXPECT_EQ(went.size(), std::max<std::size_t>(1, (went.size() + stayed.size()) / kReduction));
      if (!stayed.empty()) {
        EXPECT_LE(std::ranges::max(went), std::ranges::min(stayed)) << begin << " " << rung;
        ++decided;
      }
    }
  }
  EXPECT_GE(decided, 4);
}

// A stop in the middle of a cohort ends at once, and the rest comes when the study goes on.
TEST(StudyPruner, AStopWhileACohortWaitsLosesNothing) {
  const fake::Folder folder;
  const StudyConfig config = parse_study(
      fake::study_text(20, "pruner: {name: synchronous, cohort: 6, reduction: 2}\n"), "toy.yaml");
  class StopAt : public Listener {
   public:
    explicit StopAt(std::atomic<bool>& stop) : stop_(stop) {}
    void rung_finished(const Trial& trial, const Progress&) override {
      if (trial.number == 12) stop_ = true;
    }
    std::atomic<bool>& stop_;
  };
  std::atomic<bool> stop{false};
  StopAt listener(stop);
  fake::Sampler sampler;
  SearchOptions options = fake::options(config, folder / "j.log", sampler);
  options.listener = &listener;
  options.stop = &stop;
  Pool pool(2, fake::factory());
  EXPECT_FALSE(run_search(options, pool).complete);
  EXPECT_EQ(fake::run(config, folder / "j.log", 2), fake::run(config, folder / "whole.log", 1));
}

TEST(StudyPruner, WithoutTheKeyAndAsHalvingTheRecordsAreTheSame) {
  const fake::Folder folder;
  const std::string without = fake::run(fake::study(30), folder / "1.log", 1);
  const StudyConfig config = parse_study(fake::study_text(30, "pruner: halving\n"), "toy.yaml");
  std::string with = fake::run(config, folder / "2.log", 1);
  const std::string line = "pruner: halving\\n";
  for (auto at = with.find(line); at != std::string::npos; at = with.find(line))
    with.erase(at, line.size());
  EXPECT_EQ(with, without);
}

}  // namespace
}  // namespace antigrad::search
