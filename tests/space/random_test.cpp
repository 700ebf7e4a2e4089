// Streams are functions of their key, and the normal distribution has the moments of one.
#include "space/random.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace antigrad::space {
namespace {

TEST(RandomTest, AStreamIsAFunctionOfItsKey) {
  Random a(child_seed(1, 2)), b(child_seed(1, 2)), c(child_seed(2, 1));
  for (int i = 0; i < 100; ++i) {
    const std::uint64_t x = a();
    EXPECT_EQ(x, b());
    EXPECT_NE(x, c());
  }
}

TEST(RandomTest, NormalHasTheMomentsOfAStandardNormal) {
  Random random(7);
  const int n = 200'000;
  double sum = 0, squares = 0, fourths = 0;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    ASSERT_TRUE(std::isfinite(x));
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
  }
  EXPECT_NEAR(sum / n, 0, 0.01);  // 4.5 standard errors
  EXPECT_NEAR(squares / n, 1, 0.015);
  EXPECT_NEAR(fourths / n, 3, 0.1);
}

TEST(RandomTest, BelowReachesEveryValueAndNoOther) {
  Random random(3);
  std::array<int, 7> counts{};
  for (int i = 0; i < 7000; ++i) counts.at(static_cast<std::size_t>(random.below(7)))++;
  for (const int count : counts) EXPECT_NEAR(count, 1000, 150);
}

}  // namespace
}  // namespace antigrad::space
