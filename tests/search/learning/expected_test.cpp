// Early scores carried on to the last rung.
#include "search/learning/expected.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <deque>

#include "search/statistics.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

class Trials {
 public:
  void add(std::vector<double> scores, TrialState state = TrialState::pruned) {
    Trial& trial = all_.emplace_back();
    trial.number = static_cast<int>(all_.size()) - 1;
    trial.scores = std::move(scores);
    trial.state = state;
  }
  std::vector<const Trial*> pointers() const {
    std::vector<const Trial*> list;
    for (const Trial& trial : all_) list.push_back(&trial);
    return list;
  }

 private:
  std::deque<Trial> all_;
};

// The last score is half the first one plus 3; those that stopped are carried along that line.
TEST(ExpectedScores, FollowTheLineOfThoseThatWentOn) {
  Trials trials;
  space::Random random(1);
  for (int i = 0; i < 40; ++i) {
    const double early = random.uniform(-2, 2);
    if (i % 4 == 0) trials.add({early, 3 + 0.5 * early}, TrialState::complete);
    if (i % 4 != 0) trials.add({early});
  }
  const std::vector<double> scores = expected_scores(trials.pointers());
  for (std::size_t i = 0; i < scores.size(); ++i)
    EXPECT_NEAR(scores[i], 3 + 0.5 * trials.pointers()[i]->scores[0], 0.12) << i;
}

TEST(ExpectedScores, FailuresAreAsBadAsTheWorstAndOutliersAreCutOff) {
  Trials trials;
  for (int i = 0; i < 9; ++i) trials.add({0.1 * i}, TrialState::complete);
  trials.add({1e9}, TrialState::complete);
  trials.add({}, TrialState::fail);
  const std::vector<double> scores = expected_scores(trials.pointers());
  EXPECT_LT(scores[9], 3);
  EXPECT_GT(scores[9], 0.8);
  EXPECT_EQ(scores[10], scores[9]);
  EXPECT_EQ(scores[3], 0.1 * 3);
}

TEST(ExpectedScores, TwoBaselinesSufficeToBegin) {
  Trials trials;
  trials.add({0, 10}, TrialState::complete);
  trials.add({1, 12}, TrialState::complete);
  trials.add({0.5});
  const std::vector<double> scores = expected_scores(trials.pointers());
  EXPECT_NEAR(scores[2], 11, 1e-9);
}

// A slope is drawn towards 0.8 of the deviations' ratio, and early scores that say nothing are not
// believed.
TEST(ShrunkenLine, IsBetweenWhatIsSeenAndTheUsual) {
  std::vector<double> x, y;
  space::Random random(5);
  for (int i = 0; i < 400; ++i) {
    x.push_back(random.normal());
    y.push_back(random.normal());
  }
  EXPECT_NEAR(shrunken_line(x, y).slope, 0, 0.12);
  EXPECT_NEAR(shrunken_line(x, x).slope, 1, 0.01);
  EXPECT_EQ(shrunken_line(std::vector<double>{1, 1}, std::vector<double>{2, 4}).at(7), 3);
  EXPECT_EQ(shrunken_line({}, {}).at(7), 7);
}

}  // namespace
}  // namespace antigrad::search
