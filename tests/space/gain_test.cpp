#include "space/gain.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/expr.hpp"
#include "space/values.hpp"

namespace antigrad::space {
namespace {

TEST(Gain, GivesASecondMomentOfOne) {
  EXPECT_NEAR(normalising_gain(parse_activation("f: x")), 1, 1e-12);
  EXPECT_NEAR(normalising_gain(parse_activation("f: 4*x")), 0.25, 1e-12);
  EXPECT_NEAR(normalising_gain(parse_activation("relu")), std::sqrt(2.0), 1e-9);
  EXPECT_NEAR(normalising_gain(parse_activation("[a = 3] f: a")), 1. / 3, 1e-12);
  EXPECT_EQ(normalising_gain(parse_activation("f: 0*x")), 1);
}

TEST(Gain, ScalesValueGradientAndParameters) {
  const Activation a = parse_activation("xielu"), b = scaled(a, 1.75);
  const std::vector<double> theta = starts_of(a.parameters);
  EXPECT_EQ(b.text, a.text);
  for (const double x : {-3.0, -0.5, 0.0, 0.25, 2.0, 7.5}) {
    EXPECT_NEAR(value(b.f, x, theta), 1.75 * value(a.f, x, theta), 1e-12);
    EXPECT_NEAR(value(b.g, x, theta), 1.75 * value(a.g, x, theta), 1e-12);
    for (int k = 0; k < static_cast<int>(theta.size()); ++k)
      EXPECT_NEAR(value(derivative_param(b.f, k), x, theta),
                  1.75 * value(derivative_param(a.f, k), x, theta), 1e-12);
  }
}

}  // namespace
}  // namespace antigrad::space
