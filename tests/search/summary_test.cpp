// What `status`, `top` and `show` read, and the hall of fame.
#include "search/summary.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>

#include "fake.hpp"
#include "space/yaml.hpp"

namespace antigrad::search {
namespace {

TEST(Summary, LeaderboardBeginsWithTheLowestValueOfTheCompleteTrials) {
  const fake::Folder folder;
  const StudyConfig config = fake::study(20);
  fake::run(config, folder / "j.log", 2);
  const Summary s = summarise(config, folder / "j.log");
  const std::vector<const Trial*> board = s.leaderboard();
  ASSERT_EQ(board.size(), 23u);
  const Replay now = replay(read_journal(folder / "j.log"));
  double best = INFINITY;
  int number = -1;
  for (const StoredTrial& trial : now.find("toy")->trials) {
    if (trial.state != TrialState::complete || trial.values.at(0) >= best) continue;
    best = trial.values[0];
    number = trial.number;
  }
  EXPECT_EQ(board[0]->number, number);
  EXPECT_EQ(board[0]->score(), best);
  EXPECT_EQ(s.counts.at("complete") + s.counts.at("pruned") +
                (s.counts.count("fail") ? s.counts.at("fail") : 0),
            23);
  EXPECT_GT(s.steps, 0);
}

TEST(Summary, PhaseOfAnUnfinishedStudyIsWhereItGoesOn) {
  const fake::Folder folder;
  const StudyConfig config = fake::study(4);
  fake::run(config, folder / "whole.log", 1);
  std::ifstream in(folder / "whole.log");
  std::set<Phase> phases;
  Phase last = Phase::baselines;
  std::ofstream part(folder / "part.log");
  for (std::string line; std::getline(in, line);) {
    part << line << '\n' << std::flush;
    const Phase now = summarise(config, folder / "part.log").phase;
    EXPECT_GE(now, last);
    last = now;
    phases.insert(now);
  }
  EXPECT_EQ(phases, (std::set<Phase>{Phase::baselines, Phase::candidates, Phase::confirmation,
                                     Phase::done}));
}

TEST(HallOfFame, IsYamlAndEqualForEqualStudies) {
  const fake::Folder folder;
  const StudyConfig config = fake::study(12);
  std::string texts[2];
  for (int workers : {1, 2}) {
    const std::string journal = folder / (std::to_string(workers) + ".log");
    const std::string path = folder / "hall.yaml";
    fake::run(config, journal, workers);
    write_hall_of_fame(summarise(config, journal), path);
    std::ifstream in(path);
    texts[workers - 1] = {std::istreambuf_iterator<char>(in), {}};
  }
  EXPECT_EQ(texts[0], texts[1]);
  const space::Yaml root = space::Yaml::parse(texts[0], "hall.yaml");
  EXPECT_EQ(root.at("phase").text(), "done");
  const std::vector<space::Yaml> confirmed = root.at("confirmed").items();
  EXPECT_EQ(confirmed.size(), 6u);
  EXPECT_TRUE(confirmed[0].at("validation_loss").has("images"));
  EXPECT_GE(root.at("searched").items().size(), 10u);
}

TEST(HallOfFame, IsWrittenBeforeTheFirstTrialToo) {
  const fake::Folder folder;
  Summary nothing;
  nothing.config = fake::study();
  write_hall_of_fame(nothing, folder / "hall.yaml");
  EXPECT_TRUE(space::Yaml::load_file(folder / "hall.yaml").at("searched").items().empty());
  EXPECT_THROW(write_hall_of_fame(nothing, "/no/such/folder/hall.yaml"), space::Error);
}

}  // namespace
}  // namespace antigrad::search
