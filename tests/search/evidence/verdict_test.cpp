// Verdicts on paired values whose truth is known.
#include "search/evidence/verdict.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

using Rows = std::vector<std::vector<double>>;

/// Rows with the means, noise 1 in each, and a part that all share by seed.
Rows drawn(const std::vector<double>& means, int seeds, std::uint64_t key) {
  space::Random random(key);
  Rows rows(means.size());
  for (int s = 0; s < seeds; ++s) {
    const double shared = 3 * random.normal();
    for (std::size_t i = 0; i < means.size(); ++i)
      rows[i].push_back(means[i] + shared + random.normal());
  }
  return rows;
}

std::vector<Judgement> judged(const Rows& rows, std::size_t baselines, VerdictOptions o = {}) {
  const std::span<const std::vector<double>> all(rows);
  return judge(all.first(baselines), all.subspan(baselines), o);
}

TEST(Verdict, SaysBetterWorseEqualAndUndecidedWhereThatIsSo) {
  const Rows rows = drawn({0, 0.5, 1, /* candidates */ -2, 3, 0.02, -0.2}, 400, 1);
  const auto j = judged(rows, 3, {.margin = 0.4});
  EXPECT_EQ(in_words(j[0], {}), "better");
  EXPECT_EQ(in_words(j[1], {}), "worse");
  EXPECT_EQ(in_words({.finding = Finding::mixed}, {}), "mixed: better by the score");
  EXPECT_EQ(in_words(j[2], {.margin = 0.4}), "equal within 0.4");
  const auto few = judged(drawn({0, 0.1, 0.2}, 5, 2), 2, {.margin = 0.4});
  EXPECT_EQ(few[0].finding, Finding::undecided);
  EXPECT_GT(few[0].more_seeds, 10);
  EXPECT_EQ(in_words(few[0], {}),
            "undecided: " + std::to_string(few[0].more_seeds) + " more seeds needed");
}

TEST(Verdict, AWinnerMustBeatEveryBaseline) {
  const Rows rows = drawn({0, 5, 5, /* candidate */ 0}, 50, 3);
  EXPECT_NE(judged(rows, 3)[0].finding, Finding::better);
  EXPECT_EQ(judged({rows[1], rows[2], rows[3]}, 2)[0].finding, Finding::better);
}

TEST(Verdict, OfEqualsAtMostOneInTwentyIsCalledBetterOrWorse) {
  constexpr int kRounds = 600;
  int better = 0, worse = 0;
  for (int round = 0; round < kRounds; ++round) {
    bool any_better = false, any_worse = false;
    // One baseline: the hardest case for "better".
    for (const Judgement& j : judged(drawn({0, 0, 0, 0, 0}, 8, 100 + std::uint64_t(round)), 1)) {
      any_better = any_better || j.finding == Finding::better;
      any_worse = any_worse || j.finding == Finding::worse;
    }
    better += any_better;
    worse += any_worse;
  }
  // Half of 5 % each; three standard errors above.
  EXPECT_LE(better, 15 + 12);
  EXPECT_LE(worse, 15 + 12);
  EXPECT_GT(better + worse, 5) << "the correction eats everything";
}

TEST(Verdict, TheIntervalHoldsTheDifferenceToTheBestBaseline) {
  int covered = 0, rounds = 400;
  for (int round = 0; round < rounds; ++round) {
    const auto j =
        judged(drawn({0, 0.3, 0.1, /* candidate */ 0.5}, 10, 900 + std::uint64_t(round)), 3)[0];
    covered += j.low <= 0.5 && 0.5 <= j.high;
  }
  EXPECT_GE(covered, 370);
}

TEST(Verdict, TheSeedsThatAreAskedForMostlyDecide) {
  int decided = 0, asked = 0;
  for (int round = 0; round < 60; ++round) {
    const std::vector<double> means{0, 0.2, /* candidate */ -1};
    const auto key = 5000 + static_cast<std::uint64_t>(round);
    const auto first = judged(drawn(means, 4, key), 2)[0];
    if (first.finding != Finding::undecided || first.more_seeds > 500) continue;
    ++asked;
    // What comes next is fresh noise around the same means; twice what was asked for.
    const int more = 4 + 2 * first.more_seeds;
    decided += judged(drawn(means, more, key + 10000), 2)[0].finding != Finding::undecided;
  }
  EXPECT_GT(asked, 20);
  EXPECT_GE(decided, asked / 2);
}

TEST(Verdict, TheBestOfManyEqualsIsShrunkToTheirMean) {
  const auto j = judged(drawn({0, 0, 0, 0, 0, 0, 0, 0, 0}, 6, 77), 1);
  double raw = 0, shrunk = 0;
  for (const Judgement& one : j) {
    raw = std::min(raw, one.effect);
    shrunk = std::min(shrunk, one.shrunk);
  }
  EXPECT_GT(shrunk, raw);
}

TEST(Verdict, RowsThatFailedAreLeftOut) {
  Rows rows = drawn({0, 1, -5, -5}, 10, 4);
  rows[0][3] = std::numeric_limits<double>::quiet_NaN();
  rows[3][9] = std::numeric_limits<double>::infinity();
  const auto j = judged(rows, 2);
  EXPECT_EQ(j[0].baseline, 1);
  EXPECT_EQ(j[0].finding, Finding::better);
  EXPECT_EQ(in_words(j[1], {}), "undecided: it did not train on every seed");
  rows[1] = rows[0];
  EXPECT_THROW(judged(rows, 2), space::Error);
}

}  // namespace
}  // namespace antigrad::search
