// What a cover proves agrees with samples, and reproduces what is known of single functions.
#include "space/cover.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/activation.hpp"
#include "space/generate.hpp"
#include "space/zoo.hpp"

namespace antigrad::space {
namespace {

using Sign = Cover::Sign;

struct Subject {
  std::string name;
  Expr h;
  std::vector<double> theta;
};

std::vector<Ball> balls(const std::vector<double>& theta) {
  return std::vector<Ball>(theta.begin(), theta.end());
}

Subject subject(const std::string& text) {
  const Activation a = parse_activation(text);
  Subject s{text, a.g, {}};
  for (const Parameter& p : a.parameters) s.theta.push_back(p.start);
  return s;
}

double inside(const Cover::Piece& p, double t) {
  const double lo = std::fmax(p.lo, -40), hi = std::fmin(p.hi, 40);
  return lo + (hi - lo) * t;
}

/// Values at samples never contradict a sign, a bound or a limit.
void expect_true(const Subject& s) {
  Cover cover(s.h, balls(s.theta));
  Expr h = s.h;
  for (int d = 0; d < 3; ++d, h = derivative(h)) {
    const auto sup = cover.supremum(d), inf = cover.infimum(d);
    EXPECT_LE(sup.lo, sup.hi) << s.name;
    EXPECT_LE(inf.lo, inf.hi) << s.name;
    for (const Cover::Piece& p : cover.signs(d)) {
      if (!(inside(p, 0) < inside(p, 1))) continue;
      for (const double t : {0.03, 0.21, 0.5, 0.77, 0.96}) {
        const double x = inside(p, t), v = value(h, x, s.theta);
        const double rounding = 1e-9 * (1 + std::fabs(v));
        const std::string at = s.name + " order " + std::to_string(d) + " at " + std::to_string(x);
        if (!std::isfinite(v)) continue;
        EXPECT_FALSE(p.sign == Sign::positive && v < -rounding) << at << ": " << v;
        EXPECT_FALSE(p.sign == Sign::negative && v > rounding) << at << ": " << v;
        EXPECT_FALSE(p.sign == Sign::zero && v != 0) << at << ": " << v;
        EXPECT_LE(v, sup.hi + rounding) << at;
        EXPECT_GE(v, inf.lo - rounding) << at;
      }
    }
    for (const int side : {-1, 1}) {
      const auto limit = cover.far(d, side).limit();
      const double v = value(h, side * 1e4, s.theta);
      if (!limit || !std::isfinite(v)) continue;
      if (limit->infinite != 0)
        EXPECT_GT(v * limit->infinite, 0.5)  // log x may be what grows
            << s.name;
      else
        EXPECT_NEAR(v, limit->value.middle(), 1e-3) << s.name << " side " << side;
    }
  }
}

TEST(Cover, NothingThatItSaysOfTheZooIsContradictedBySamples) {
  for (const ZooEntry& entry : zoo())
    if (!entry.text.starts_with("gate")) expect_true(subject(entry.name));
}

TEST(Cover, NothingThatItSaysOfRandomGradientsIsContradictedBySamples) {
  Random random(11);
  Grammar grammar;
  grammar.max_power = 2;
  for (int i = 0; i < 60; ++i) expect_true(subject(to_string(random_gradient(grammar, random))));
}

TEST(Cover, TheTurningPointOfGeluIsARootOfItsGradient) {
  Cover cover(subject("gelu").h, {});
  const auto& pieces = cover.signs(0);
  ASSERT_EQ(pieces.size(), 2U);
  EXPECT_NEAR(pieces[0].hi, -0.7517915246935645, 1e-13);
  EXPECT_LE(pieces[0].hi, pieces[1].lo);
  EXPECT_EQ(pieces[0].sign, Sign::negative);
  EXPECT_EQ(pieces[1].sign, Sign::positive);
  EXPECT_TRUE(cover.kinks().empty());
}

TEST(Cover, KinksAreFoundWhereverTheyLie) {
  Cover pltanh(parse_activation("f: max(tanh(x), 0.4*abs(x))").g, {});
  ASSERT_EQ(pltanh.kinks().size(), 2U);  // at 0, and where tanh x = 0.4 x
  EXPECT_TRUE(pltanh.kinks()[0].at.is(0));
  EXPECT_TRUE(pltanh.kinks()[0].left[0].is(-0.4));
  EXPECT_TRUE(pltanh.kinks()[0].right[0].is(1));
  const Ball crossing = pltanh.kinks()[1].at;
  EXPECT_NEAR(std::tanh(crossing.middle()), 0.4 * crossing.middle(), 1e-9);
  Cover shifted(parse_activation("relu(3*x - 1)").g, {});
  ASSERT_EQ(shifted.kinks().size(), 1U);
  EXPECT_NEAR(shifted.kinks()[0].at.middle(), 1.0 / 3, 1e-9);
}

TEST(Cover, ExtremesAreTightAndInfiniteOnesAreProved) {
  Cover relu2(subject("relu2").h, {});
  EXPECT_TRUE(std::isinf(relu2.supremum(0).lo));
  EXPECT_EQ(relu2.infimum(0).lo, 0);
  Cover silu(subject("silu").h, {});
  EXPECT_NEAR(silu.supremum(0).hi, 1.0998393194, 1e-9);
  EXPECT_LT(silu.supremum(0).hi - silu.supremum(0).lo, 1e-12);
}

TEST(Tail, LimitsAndSlopesOfKnownFunctions) {
  const auto limit = [](const char* text, double side) {
    return tail(parse_activation(text).f, side, 32).limit();
  };
  EXPECT_TRUE(limit("gelu", -1)->value.is(0));
  EXPECT_EQ(limit("gelu", 1)->infinite, 1);
  EXPECT_TRUE(limit("softplus", -1)->value.is(0));
  EXPECT_TRUE(limit("f: x/(x/2 + exp(-(x/3)))", 1)->value.is(2));
  EXPECT_TRUE(limit("f: tanh(x) + sigmoid(x)", 1)->value.is(2));
  EXPECT_NEAR(limit("f: atan(x)", -1)->value.middle(), -1.5707963267948966, 1e-15);
  EXPECT_EQ(limit("f: log1p(abs(x))", -1)->infinite, 1);
  EXPECT_TRUE(limit("f: sqrt(1 + x*x) - x", 1)->value.is(0));
  EXPECT_FALSE(limit("f: sin(x)", 1).has_value());
  EXPECT_TRUE(tail(parse_activation("f: x + 2*sin(x)").f, 1, 32).limit()->infinite == 1);
  EXPECT_TRUE(tail(parse_activation("f: sin(x)").f, 1, 32).oscillating());
  EXPECT_EQ(tail(parse_activation("gelu").g, -1, 32).sign(), -1);  // e^(-x^2/2) (x + 1/x ..)
}

}  // namespace
}  // namespace antigrad::space
