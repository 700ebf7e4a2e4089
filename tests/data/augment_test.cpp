// Augmentation: what happens to an image depends on (seed, epoch, index) alone, and is what it
// says.
#include "trainer/data/augment.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>
#include <thread>

#include "trainer/data/pixel_scale.hpp"

namespace antigrad::trainer {
namespace {

constexpr Augmentation kAll{.crop = 2, .flip = true, .cutout = 3};

/// Two channels of 3x4 that count up from 1, and from 101.
Images counting(int count = 1) {
  Images images{.count = count,
                .channels = 2,
                .height = 3,
                .width = 4,
                .classes = 2,
                .pixels = {},
                .labels = std::vector<std::int64_t>(static_cast<std::size_t>(count))};
  for (int i = 0; i < count; ++i)
    for (int p = 0; p < 24; ++p)
      images.pixels.push_back(static_cast<std::uint8_t>(p / 12 * 100 + p % 12 + 1));
  return images;
}

std::vector<int> changed(const Change& change) {
  const Images images = counting();
  std::vector<std::uint8_t> out(images.size());
  apply_change(change, images, images.pixels, std::vector<std::uint8_t>{77, 88}, out);
  return {out.begin(), out.end()};
}

TEST(AugmentTest, NoChangeKeepsTheImage) {
  const std::vector<int> same = changed({});
  EXPECT_EQ(same[0], 1);
  EXPECT_EQ(same[23], 112);
}

TEST(AugmentTest, AnImageMovesAndBlackComesIn) {
  const std::vector<int> moved = changed({.down = 1, .right = -1});
  EXPECT_EQ(std::vector<int>(moved.begin(), moved.begin() + 12),
            (std::vector<int>{0, 0, 0, 0, 2, 3, 4, 0, 6, 7, 8, 0}));
  EXPECT_EQ(moved[16], 102);
}

TEST(AugmentTest, AMirrorTurnsRowsAround) {
  const std::vector<int> mirrored = changed({.mirrored = true});
  EXPECT_EQ(std::vector<int>(mirrored.begin(), mirrored.begin() + 4),
            (std::vector<int>{4, 3, 2, 1}));
  EXPECT_EQ(mirrored[12], 104);
}

TEST(AugmentTest, ASquareIsCoveredAsFarAsItLiesInTheImage) {
  const std::vector<int> covered = changed({.top = -1, .left = 2, .side = 3});
  EXPECT_EQ(std::vector<int>(covered.begin(), covered.begin() + 12),
            (std::vector<int>{1, 2, 77, 77, 5, 6, 77, 77, 9, 10, 11, 12}));
  EXPECT_EQ(covered[14], 88);
}

TEST(AugmentTest, WhatIsDrawnDependsOnSeedEpochAndIndexAlone) {
  std::vector<Change> forward, backward(200), threads(200);
  for (std::uint64_t i = 0; i < 200; ++i) forward.push_back(draw_change(kAll, 32, 32, 7, 3, i));
  for (std::uint64_t i = 200; i-- > 0;) backward[i] = draw_change(kAll, 32, 32, 7, 3, i);
  {
    std::vector<std::jthread> workers;
    for (std::uint64_t t = 0; t < 4; ++t)
      workers.emplace_back([&threads, t] {
        for (std::uint64_t i = t; i < 200; i += 4) threads[i] = draw_change(kAll, 32, 32, 7, 3, i);
      });
  }
  EXPECT_EQ(forward, backward);
  EXPECT_EQ(forward, threads);
  const Change one = draw_change(kAll, 32, 32, 7, 3, 5);
  int same = 0;
  for (std::uint64_t i = 0; i < 50; ++i) {
    same += draw_change(kAll, 32, 32, 7, 4 + i, 5) == one;
    same += draw_change(kAll, 32, 32, 8 + i, 3, 5) == one;
  }
  EXPECT_LT(same, 5);
}

TEST(AugmentTest, OneKindDoesNotChangeWhatAnotherDraws) {
  for (std::uint64_t i = 0; i < 100; ++i) {
    const Change all = draw_change(kAll, 32, 32, 1, 0, i);
    EXPECT_EQ(draw_change({.crop = 2}, 32, 32, 1, 0, i),
              (Change{.down = all.down, .right = all.right}));
    EXPECT_EQ(draw_change({.flip = true}, 32, 32, 1, 0, i), (Change{.mirrored = all.mirrored}));
    EXPECT_EQ(draw_change({.cutout = 3}, 32, 32, 1, 0, i),
              (Change{.top = all.top, .left = all.left, .side = 3}));
  }
}

TEST(AugmentTest, DrawsCoverTheirRangeEvenly) {
  constexpr int kDraws = 20000;
  std::vector<int> down(5), top(32);
  int mirrored = 0;
  for (std::uint64_t i = 0; i < kDraws; ++i) {
    const Change change = draw_change(kAll, 32, 32, 2, 1, i);
    ++down.at(static_cast<std::size_t>(change.down + 2));
    ++top.at(static_cast<std::size_t>(change.top + 1));
    mirrored += change.mirrored;
  }
  // Five deviations of a binomial.
  for (const int n : down) EXPECT_NEAR(n, kDraws / 5, 5 * std::sqrt(kDraws * 0.16));
  for (const int n : top) EXPECT_NEAR(n, kDraws / 32, 5 * std::sqrt(kDraws / 32.0));
  EXPECT_NEAR(mirrored, kDraws / 2, 5 * std::sqrt(kDraws * 0.25));
}

TEST(AugmentTest, TheScaleIsThatOfAllPixelsOfAChannel) {
  const Images images = counting(3);
  const PixelScale scale = measured_scale(images);
  EXPECT_DOUBLE_EQ(scale.mean[0], 6.5);
  EXPECT_DOUBLE_EQ(scale.mean[1], 106.5);
  EXPECT_DOUBLE_EQ(scale.deviation[0], std::sqrt(3 * 143.0 / 35));
  EXPECT_EQ(mean_colour(images), (std::vector<std::uint8_t>{7, 107}));
}

}  // namespace
}  // namespace antigrad::trainer
