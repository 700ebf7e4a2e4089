// Balls and jets hold what the rows compute, at points and on intervals.
#include "space/enclose.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/activation.hpp"
#include "space/builder.hpp"
#include "space/random.hpp"
#include "space/zoo.hpp"

namespace antigrad::space {
namespace {

Expr row(Op op) {
  Builder out;
  return out.finish(out.apply(op, out.variable()));
}

void expect_inside(const Ball& b, double v, double tolerance, const std::string& what) {
  EXPECT_LE(b.lower(), v + tolerance) << what;
  EXPECT_GE(b.upper(), v - tolerance) << what;
}

template <class Visit>
void for_each_row(const Visit& visit) {
  for (std::size_t i = 0; i < primitives().size(); ++i)
    if (!primitives()[i].core) visit(static_cast<Op>(i), primitives()[i]);
}

TEST(Ball, HoldsTheValueOfEveryRowAtPoints) {
  for_each_row([](Op op, const Primitive& p) {
    const Expr e = row(op);
    for (const double x :
         {-30.0, -7.3, -1.0, -0.9, -1e-3, -1e-30, 0.0, 1e-30, 0.02, 0.7, 1.0, 5.1, 30.0}) {
      const double v = value(e, x);
      if (!std::isfinite(v)) continue;
      const Ball b = enclose(e, Ball(x));
      const std::string what = std::string(p.name) + " at " + std::to_string(x);
      const double size = std::fmax(std::fabs(v), 1e-3);
      expect_inside(b, v, (p.ulp + 1) * 3e-16 * size + 2e-17, what);
      EXPECT_LE(b.radius(), 1e-16 * (1 + std::fabs(v))) << what;
    }
  });
}

TEST(Ball, HoldsTheValueOfEveryRowOnIntervals) {
  Random random(5);
  for_each_row([&](Op op, const Primitive& p) {
    const Expr e = row(op);
    for (int i = 0; i < 100; ++i) {
      const double lo = random.uniform(-6, 6), hi = lo + std::exp(random.uniform(-6, 1));
      const Ball b = enclose(e, Ball::between(lo, hi));
      for (int k = 0; k <= 10; ++k) {
        const double x = lo + (hi - lo) * k / 10, v = value(e, x);
        if (std::isfinite(v))
          expect_inside(b, v, 1e-13 * (1 + std::fabs(v)),
                        std::string(p.name) + " at " + std::to_string(x));
      }
    }
  });
}

TEST(Jet, HoldsTheDerivativesOfEveryActivationOfTheZoo) {
  for (const ZooEntry& entry : zoo()) {
    const Activation a = parse_activation(entry.name);
    std::vector<double> theta;
    std::vector<Ball> balls;
    for (const Parameter& p : a.parameters) theta.push_back(p.start), balls.emplace_back(p.start);
    const Expr second = derivative(a.g);
    for (const double x : {-3.7, -1.3, -0.21, 0.17, 0.83, 2.9, 4.4}) {
      const Jet f = enclose_jet(a.f, Ball(x), 4, balls);
      const Jet around = enclose_jet(a.f, Ball::between(x - 0.01, x + 0.01), 4, balls);
      const double want[] = {value(a.f, x, theta), value(a.g, x, theta), value(second, x, theta)};
      for (int k = 0; k < 3; ++k) {
        const double w = want[k] / (k == 2 ? 2 : 1);
        const std::string what =
            entry.name + " order " + std::to_string(k) + " at " + std::to_string(x);
        expect_inside(f[k], w, 1e-12 * (1 + std::fabs(w)), what);
        expect_inside(around[k], w, 1e-12 * (1 + std::fabs(w)), what);
        EXPECT_LE(f[k].radius(), 1e-12) << what;
        EXPECT_LE(around[k].radius(), 1) << what;
      }
    }
  }
}

TEST(Jet, AComparisonThatIsOpenCanBeForced) {
  const Expr e = parse_activation("f: where(x <= 0, exp(x), 2*x)").f;
  Switches open;
  const Jet both = enclose_jet(e, Ball::between(-1, 1), 2, {}, &open);
  EXPECT_TRUE(open.undecided);
  EXPECT_FALSE(both[1].finite());
  Switches right;
  right.forced = {0};
  const Jet one = enclose_jet(e, Ball(0), 2, {}, &right);
  EXPECT_TRUE(one[0].is(0));
  EXPECT_TRUE(one[1].is(2));
  Switches left;
  EXPECT_TRUE(enclose_jet(e, Ball::between(-1, 0), 2, {}, &left)[0].positive());
  EXPECT_FALSE(left.undecided);
}

TEST(Ball, NamedConstantsHoldTheirRealNumber) {
  EXPECT_FALSE(constant(0.6931471805599453).exact());
  EXPECT_FALSE(constant(-2 * 0.5641895835477563).exact());
  EXPECT_TRUE(constant(0.1).exact());
  EXPECT_TRUE(certainly_less(abs(exp(constant(0.6931471805599453)) - Ball(2)), Ball(1e-15)));
}

TEST(Ball, AnIntervalBeginsAndEndsWhereItSays) {
  EXPECT_TRUE(certainly_less_equal(Ball(0.1), Ball::after(0.1, 0.3)));
  EXPECT_TRUE(certainly_less_equal(Ball::before(-1.7, 1e-9), Ball(-1.7)));
  EXPECT_TRUE(certainly_less_equal(Ball::between(-1, 0), Ball(0)));
  EXPECT_GE(Ball::after(0.1, 0.3).upper(), 0.4);
}

TEST(Ball, WhatIsNotDefinedIsTheWholeLine) {
  EXPECT_FALSE(enclose(parse_activation("f: 1/x").f, Ball::between(-1, 1)).finite());
  EXPECT_FALSE(sqrt(Ball::between(-2, -1)).finite());
  EXPECT_FALSE(Ball(NAN).finite());
  EXPECT_TRUE(enclose(parse_activation("relu").f, Ball::between(-1, 1)).finite());
}

}  // namespace
}  // namespace antigrad::space
