// Splits: every index in one part, the same for the same arguments, the official test part kept
// apart.
#include "trainer/data/split.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

std::vector<int> joined(const Split& split) {
  std::vector<int> all = split.train;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  all.insert(all.end(), split.test.begin(), split.test.end());
  std::sort(all.begin(), all.end());
  return all;
}

TEST(SplitTest, EveryImageIsInOnePart) {
  for (const int count : {2, 3, 10, 97, 1797}) {
    std::vector<int> want(static_cast<std::size_t>(count));
    std::iota(want.begin(), want.end(), 0);
    EXPECT_EQ(joined(split_images(count, count, {.validation = 0.3, .test = 0.2}, 5)), want)
        << count;
  }
}

TEST(SplitTest, SizesFollowTheShares) {
  const Split split = split_images(1797, 1797, {.validation = 0.2, .test = 0.2}, 1);
  EXPECT_EQ(split.validation.size(), 359u);
  EXPECT_EQ(split.test.size(), 359u);
  EXPECT_EQ(split.train.size(), 1079u);
}

TEST(SplitTest, TheSameSeedGivesTheSamePartsAndAnotherSeedOthers) {
  const Shares shares{.validation = 0.2, .test = 0.2};
  const Split a = split_images(100, 100, shares, 1), b = split_images(100, 100, shares, 1);
  EXPECT_EQ(a.train, b.train);
  EXPECT_EQ(a.validation, b.validation);
  EXPECT_NE(a.validation, split_images(100, 100, shares, 2).validation);
}

TEST(SplitTest, TheTestPartDoesNotDependOnTheShareThatValidates) {
  EXPECT_EQ(split_images(100, 100, {.validation = 0.1, .test = 0.2}, 1).test,
            split_images(100, 100, {.validation = 0.4, .test = 0.2}, 1).test);
}

TEST(SplitTest, AnOfficialTestPartIsTheTest) {
  const Split split = split_images(10, 7, {.validation = 0.3, .test = 0.5}, 1);
  EXPECT_EQ(split.test, (std::vector<int>{7, 8, 9}));
  EXPECT_EQ(split.validation.size(), 2u);
  EXPECT_EQ(split.train.size(), 5u);
  EXPECT_LT(*std::max_element(split.train.begin(), split.train.end()), 7);
}

TEST(SplitTest, TextIsCutByPosition) {
  const TextSplit split = split_text(1000, {.validation = 0.1, .test = 0.05});
  EXPECT_EQ(split.train.begin, 0u);
  EXPECT_EQ(split.train.end, 850u);
  EXPECT_EQ(split.validation.begin, 850u);
  EXPECT_EQ(split.validation.end, 950u);
  EXPECT_EQ(split.test.end, 1000u);
}

TEST(SplitTest, SharesThatLeaveNothingAreRefused) {
  EXPECT_THROW((void)split_images(10, 10, {.validation = 0.5, .test = 0.5}, 1), space::Error);
  EXPECT_THROW((void)split_images(10, 10, {.validation = -0.1, .test = 0.5}, 1), space::Error);
  EXPECT_THROW((void)split_images(10, 10, {.validation = 0.0, .test = 0.5}, 1), space::Error);
  EXPECT_THROW((void)split_images(10, 0, {.validation = 0.1, .test = 0.5}, 1), space::Error);
  EXPECT_THROW((void)split_text(10, {.validation = 0.1, .test = 0}), space::Error);
  EXPECT_THROW((void)split_text(1, {.validation = 0.4, .test = 0.4}), space::Error);
}

}  // namespace
}  // namespace antigrad::trainer
