// A search along a line whose minimiser is known: where the step must end up, and after how many
// probes.
#include "trainer/optimisers/line_search.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace antigrad::trainer {
namespace {

/// Of (a - minimiser)^2 / 2.
LineSearch along_parabola(double minimiser, double first, double largest) {
  return gradient_only_search(first, largest, -minimiser,
                              [=](double step) { return step - minimiser; });
}

TEST(LineSearch, OnAParabolaTheStepEndsWhereItsMinimiserSays) {
  for (const double minimiser : {1e-6, 0.003, 0.7, 40.}) {
    for (double first = 1e-8; first < 1e3; first *= 3.7) {
      SCOPED_TRACE(testing::Message() << "minimiser " << minimiser << ", first " << first);
      const LineSearch found = along_parabola(minimiser, first, kLargestStep);
      if (first < minimiser) {  // doubled past the minimiser, and not once more
        EXPECT_GE(found.step, minimiser);
        EXPECT_LT(found.step, 2 * minimiser);
        EXPECT_EQ(found.probes, 1 + std::lround(std::log2(found.step / first)));
      } else if (first < 1.9 * minimiser) {  // a slope below 0.9 of the first one
        EXPECT_EQ(found.step, first);
        EXPECT_EQ(found.probes, 1);
      } else {  // halved before the minimiser, and not once more
        EXPECT_LT(found.step, minimiser);
        EXPECT_GE(found.step, minimiser / 2);
        EXPECT_EQ(found.probes, 1 + std::lround(std::log2(first / found.step)));
      }
    }
  }
}

TEST(LineSearch, ALineThatFallsForEverEndsAtTheBound) {
  const LineSearch found = gradient_only_search(1, 100, -1, [](double) { return -1; });
  EXPECT_EQ(found.step, 64);
  EXPECT_EQ(found.probes, 7);
}

TEST(LineSearch, ALineThatOnlyRisesOrIsNoNumberEndsAtTheLeastStep) {
  for (const double slope : {0., 5., std::numeric_limits<double>::quiet_NaN()}) {
    const LineSearch found = gradient_only_search(1, 100, -1, [=](double) { return slope; });
    EXPECT_GE(found.step, kLeastStep);
    EXPECT_LT(found.step, 2 * kLeastStep);
    EXPECT_EQ(found.probes, 27);
  }
}

TEST(LineSearch, TheFirstStepIsPutWithinTheBounds) {
  EXPECT_EQ(along_parabola(1, 50, 1.5).step, 1.5);
  EXPECT_EQ(along_parabola(1e-9, 0, 1.5).step, kLeastStep);
  EXPECT_EQ(largest_step(4), 0.25);
  EXPECT_EQ(largest_step(0), kLargestStep);
  EXPECT_EQ(largest_step(1e12), kLeastStep);
}

}  // namespace
}  // namespace antigrad::trainer
