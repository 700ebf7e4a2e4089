// Every row of primitives.def against itself: its slope against differences of its value, the
// derivative of its antiderivative against its value, its tails, its special values. A new row is
// tested without touching this file.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "space/builder.hpp"

namespace antigrad::space {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// Away from 0, where some rows have a kink.
constexpr double kPoints[] = {-9.3, -4.1, -2.2, -1.3, -0.71, -0.37, -0.11,
                              0.13, 0.29, 0.62, 1.1,  2.7,   5.2,   8.4};

Expr of_row(Op op) {
  Builder out;
  return out.finish(out.apply(op, out.variable()));
}

Expr antiderivative_of_row(Op op) {
  Builder out;
  const Sym x = out.variable();
  return out.finish(symbolic::antiderivative(op, x, out.apply(op, x)));
}

/// The first point where `slope` is not the derivative of `f`, as text; "" if there is none.
std::string disagreement(const Expr& f, const Expr& slope) {
  for (const double x : kPoints) {
    const double h = 1e-3;
    // Fourth-order central difference.
    const double want =
        (8 * (value(f, x + h) - value(f, x - h)) - (value(f, x + 2 * h) - value(f, x - 2 * h))) /
        (12 * h);
    const double got = value(slope, x), size = std::fabs(value(f, x)) + std::fabs(want);
    if (!(std::fabs(got - want) <= 2e-9 * (1 + size)))
      return "at x = " + std::to_string(x) + ": got " + std::to_string(got) + ", want " +
             std::to_string(want);
  }
  return "";
}

template <class Visit>
void for_each_row(const Visit& visit) {
  for (std::size_t i = 0; i < primitives().size(); ++i)
    if (!primitives()[i].core && primitives()[i].name != "log1p")
      visit(static_cast<Op>(i), primitives()[i]);
}

TEST(Primitives, ThereAreAtLeastTwentyForTheSearch) {
  int count = 0;
  for (const Primitive& p : primitives()) count += p.search;
  EXPECT_GE(count, 20);
}

TEST(Primitives, TheSlopeOfEveryRowIsItsDerivative) {
  for_each_row([](Op op, const Primitive& p) {
    EXPECT_EQ(disagreement(of_row(op), derivative(of_row(op))), "") << "slope of " << p.name;
  });
}

TEST(Primitives, TheAntiderivativeOfEveryRowHasTheRowAsItsDerivative) {
  int count = 0;
  for_each_row([&](Op op, const Primitive& p) {
    if (!p.has_antiderivative) return;
    ++count;
    const Expr slope = derivative(antiderivative_of_row(op));
    for (const double x : kPoints)
      EXPECT_NEAR(value(slope, x), value(of_row(op), x),
                  1e-12 * (1 + std::fabs(x) + std::fabs(value(of_row(op), x))))
          << "antiderivative of " << p.name << " at " << x;
  });
  EXPECT_GE(count, 20);
}

TEST(Primitives, TheComparisonFindsAWrongSlope) {
  Builder out;
  const Sym x = out.variable();
  const Expr wrong = out.finish(out.literal(1.00001) * symbolic::sech2(x));
  EXPECT_NE(disagreement(of_row(Op::Tanh), wrong), "");
}

TEST(Primitives, TailsAreAsDeclared) {
  for_each_row([](Op op, const Primitive& p) {
    if (!p.has_limits) return;
    const double far = p.exponential_tails ? 200 : 1e8,
                 tolerance = p.exponential_tails ? 1e-13 : 1e-7;
    EXPECT_NEAR(value(of_row(op), -far), -far * p.left_slope + p.left_intercept, tolerance)
        << p.name;
    EXPECT_NEAR(value(of_row(op), far), far * p.right_slope + p.right_intercept, tolerance)
        << p.name;
  });
}

TEST(Primitives, NaNGivesNaN) {
  for_each_row([](Op op, const Primitive& p) {
    EXPECT_TRUE(std::isnan(value(of_row(op), kNaN))) << p.name;
  });
}

TEST(Primitives, HugeTinyAndInfiniteInputsGiveLimits) {
  for_each_row([](Op op, const Primitive& p) {
    const bool periodic = !p.has_limits && !p.grows;
    for (const double x : {0.0, -0.0, 1e-30, -1e-30, 1e-310, -1e-310, 1e30, -1e30, kInf, -kInf}) {
      if (periodic && std::isinf(x)) continue;
      EXPECT_FALSE(std::isnan(value(of_row(op), x))) << p.name << " at " << x;
    }
    EXPECT_NEAR(value(of_row(op), -1e-30), value(of_row(op), 0), 1e-20)
        << p.name;  // from the left, also at a jump
    if (p.has_limits && p.right_slope == 0) {
      EXPECT_NEAR(value(of_row(op), kInf), p.right_intercept, 1e-12) << p.name;
    }
    if (p.has_limits && p.left_slope == 0) {
      EXPECT_NEAR(value(of_row(op), -kInf), p.left_intercept, 1e-12) << p.name;
    }
  });
}

}  // namespace
}  // namespace antigrad::space
