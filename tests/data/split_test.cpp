// Splits: every index in one part, the same for the same arguments.
#include "trainer/data/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "space/error.hpp"
#include "tests/data/promotion.hpp"
#include "trainer/data/text.hpp"

namespace antigrad::trainer {
namespace {

std::vector<int> test_of(const Split& split) { return Promotion::open(split.test); }

std::vector<int> joined(const Split& split) {
  std::vector<int> all = split.train;
  const std::vector<int> test = test_of(split);
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  all.insert(all.end(), test.begin(), test.end());
  std::sort(all.begin(), all.end());
  return all;
}

TEST(SplitTest, EveryImageIsInOnePart) {
  for (const int count : {2, 3, 10, 97, 1797}) {
    std::vector<int> want(static_cast<std::size_t>(count));
    std::iota(want.begin(), want.end(), 0);
    EXPECT_EQ(joined(split_images(count, {.validation = 0.3, .test = 0.2}, 5)), want) << count;
  }
}

TEST(SplitTest, SizesFollowTheShares) {
  const Split split = split_images(1797, {.validation = 0.2, .test = 0.2}, 1);
  EXPECT_EQ(split.validation.size(), 359u);
  EXPECT_EQ(test_of(split).size(), 359u);
  EXPECT_EQ(split.train.size(), 1079u);
}

TEST(SplitTest, TheSameSeedGivesTheSamePartsAndAnotherSeedOthers) {
  const Shares shares{.validation = 0.2, .test = 0.2};
  const Split a = split_images(100, shares, 1), b = split_images(100, shares, 1);
  EXPECT_EQ(a.train, b.train);
  EXPECT_EQ(a.validation, b.validation);
  EXPECT_NE(a.validation, split_images(100, shares, 2).validation);
}

TEST(SplitTest, TheTestPartDoesNotDependOnTheShareThatValidates) {
  EXPECT_EQ(test_of(split_images(100, {.validation = 0.1, .test = 0.2}, 1)),
            test_of(split_images(100, {.validation = 0.4, .test = 0.2}, 1)));
}

TEST(SplitTest, SegmentsOfATextAreCutByPositionAndDoNotOverlap) {
  const std::size_t tokens = 64 * 1000 + 17;
  const TextSplit split = split_text(tokens, {.validation = 0.1, .test = 0.2});
  const std::vector<Range> test = Promotion::open(split.test);
  ASSERT_EQ(split.train.size(), 64u);
  std::size_t end = 0;
  for (std::size_t i = 0; i < 64; ++i) {
    EXPECT_EQ(split.train[i].begin, end);
    EXPECT_EQ(split.train[i].size(), 700u);
    EXPECT_EQ(split.validation[i].begin, split.train[i].end);
    EXPECT_EQ(split.validation[i].size(), 100u);
    EXPECT_EQ(test[i].begin, split.validation[i].end);
    end = test[i].end;
  }
  EXPECT_LE(end, tokens);
}

TEST(SplitTest, APartOfATextGivesItsOwnTokensOnly) {
  std::vector<std::uint16_t> ids(6400);
  std::iota(ids.begin(), ids.end(), std::uint16_t{0});
  const UncutText text("t", Tokens(ids, 6400), std::nullopt);
  const TextParts parts = text.cut({.validation = 0.2, .test = 0.2});
  EXPECT_EQ(parts.train.size(), 64u * 60);
  std::vector<std::int64_t> out(20);
  parts.validation.copy(160, out);
  EXPECT_EQ(out.front(), 160);
  EXPECT_EQ(out.back(), 179);
  EXPECT_THROW(parts.validation.copy(161, out), std::out_of_range);
  EXPECT_THROW(parts.validation.copy(159, out), std::out_of_range);
  EXPECT_THROW(parts.train.copy(41, out), std::out_of_range);
  EXPECT_THROW(parts.train.copy(6400, out), std::out_of_range);
  EXPECT_EQ(Promotion::open(parts.test).ranges().front().begin, 80u);
}

TEST(SplitTest, SharesThatLeaveNothingAreRefused) {
  EXPECT_THROW((void)split_images(10, {.validation = 0.5, .test = 0.5}, 1), space::Error);
  EXPECT_THROW((void)split_images(10, {.validation = -0.1, .test = 0.5}, 1), space::Error);
  EXPECT_THROW((void)split_images(10, {.validation = 0.0, .test = 0.5}, 1), space::Error);
  EXPECT_THROW((void)split_images(0, {.validation = 0.1, .test = 0.5}, 1), space::Error);
  EXPECT_THROW((void)split_text(10, {.validation = 0.1, .test = 0}), space::Error);
  EXPECT_THROW((void)split_text(1, {.validation = 0.4, .test = 0.4}), space::Error);
}

}  // namespace
}  // namespace antigrad::trainer
