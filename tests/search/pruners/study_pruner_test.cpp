// Pruners in a search: the same journal for any number of workers, from every one of them.
#include "search/pruners/study_pruner.hpp"

#include <gtest/gtest.h>

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
    if (std::string(pruner) == "halving" || pruner[0] == '[') continue;  // whose reason is the rank
    for (const Trial& trial : s.trials)
      EXPECT_EQ(trial.pruned_because.empty(), trial.state != TrialState::pruned) << pruner;
  }
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
