// Two measurements are the same bits, but for the time they took.
#pragma once
#include <gtest/gtest.h>

#include "trainer/evaluator.hpp"

namespace antigrad::trainer {

inline void expect_equal(const Measurement& a, const Measurement& b) {
  EXPECT_EQ(a.outcome, b.outcome);
  EXPECT_EQ(a.theta, b.theta);
  ASSERT_EQ(a.curve.size(), b.curve.size());
  for (std::size_t i = 0; i < a.curve.size(); ++i) {
    EXPECT_EQ(a.curve[i].training_loss, b.curve[i].training_loss) << i;
    EXPECT_EQ(a.curve[i].validation_loss, b.curve[i].validation_loss) << i;
    EXPECT_EQ(a.curve[i].current_loss, b.curve[i].current_loss) << i;
  }
}

}  // namespace antigrad::trainer
