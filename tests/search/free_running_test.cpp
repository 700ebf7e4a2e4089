// Studies that say deterministic: false: nothing is lost, repeated or out of order, only what a
// proposal sees depends on the moment.
#include <gtest/gtest.h>

#include <fstream>

#include "fake.hpp"
#include "paths.hpp"
#include "search/evidence/signature.hpp"
#include "search/summary.hpp"

namespace antigrad::search {
namespace {

StudyConfig free_study(int trials) {
  std::string text = fake::study_text(trials);
  const std::string before = "deterministic: true";
  return parse_study(text.replace(text.find(before), before.size(), "deterministic: false"),
                     "toy.yaml");
}

void expect_whole(const StudyConfig& config, const std::string& journal) {
  const Summary s = summarise(config, journal);
  EXPECT_EQ(s.phase, Phase::done);
  ASSERT_EQ(s.trials.size(), config.baselines.size() + static_cast<std::size_t>(config.trials));
  for (std::size_t i = 0; i < s.trials.size(); ++i) {
    EXPECT_EQ(s.trials[i].number, static_cast<int>(i));
    EXPECT_TRUE(s.trials[i].finished());
  }
}

TEST(FreeRunning, EveryTrialIsThereOnceForAnyNumberOfWorkers) {
  const fake::Folder folder;
  const StudyConfig config = free_study(24);
  for (const int workers : {1, 2, 4}) {
    const std::string journal = folder / (std::to_string(workers) + ".log");
    fake::run(config, journal, workers);
    expect_whole(config, journal);
  }
}

TEST(FreeRunning, ABrokenOneGoesOnToItsEnd) {
  const fake::Folder folder;
  const StudyConfig config = free_study(12);
  fake::run(config, folder / "whole.log", 4);
  std::ifstream in(folder / "whole.log", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  int cuts = 0;
  for (std::size_t end = 40; end < text.size(); end += text.size() / 9) {
    const std::string journal = folder / "part.log";
    std::ofstream(journal, std::ios::binary) << text.substr(0, end);
    fake::run(config, journal, 4);
    expect_whole(config, journal);
    ++cuts;
  }
  EXPECT_GE(cuts, 8);
}

TEST(Signature, IsWhatItWas) {
  const fake::Folder folder;
  std::ifstream in(ANTIGRAD_TEST_DIR "/golden/signature.txt");
  std::string kept;
  in >> kept;
  EXPECT_EQ(search_signature(folder.path()), kept)
      << "the search's results have changed; if that is meant, `antigrad bench signature > "
         "tests/golden/signature.txt` and name the number in the commit message";
}

}  // namespace
}  // namespace antigrad::search
