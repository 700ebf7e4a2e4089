// Parameters: transforms and their inverses, joint domains, round trips, errors.
#include "space/parameter.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/activation.hpp"
#include "space/gradient.hpp"

namespace antigrad::space {
namespace {

const char* const kSrs =
    "[alpha = 2 in (0, inf), beta = 3 in (0, 2.718281828459045*alpha)] "
    "f: x/(x/alpha + exp(-x/beta))";

TEST(Parameter, ATransformIsInvertedAndItsSlopeIsItsDerivative) {
  const double earlier[] = {2, -0.5};
  for (const Domain& d : {Domain{-INFINITY, INFINITY}, Domain{0.5, INFINITY}, Domain{-INFINITY, 2},
                          Domain{-1, 3}, Domain{0, 2.7, -1, 0}, Domain{1, INFINITY, 1},
                          Domain{1, 1, 1, 0}, Domain{-INFINITY, 3, -1, 1}})
    for (const double raw : {-3.0, -0.4, 0.0, 1.7}) {
      const double theta = from_raw(d, raw, earlier);
      EXPECT_NEAR(to_raw(d, theta, earlier), raw, 1e-13);
      const double h = 1e-5;
      const double slope =
          (from_raw(d, raw + h, earlier) - from_raw(d, raw - h, earlier)) / (2 * h);
      EXPECT_NEAR(transform_slope(d, raw, earlier), slope, 1e-9);
    }
}

TEST(Parameter, AJointDomainHoldsForAnyRawValues) {
  const auto parameters = parse_activation(kSrs).parameters;
  for (double first = -30; first <= 30; first += 1.5)
    for (double second = -30; second <= 30; second += 1.5) {
      const double raw[] = {first, second};
      const std::vector<double> theta = from_raw(parameters, raw);
      EXPECT_GT(theta[0], 0);
      EXPECT_GT(theta[1], 0);
      EXPECT_LT(theta[1], 2.718281828459045 * theta[0]);
    }
  const Domain all = hull(parameters, 1);
  EXPECT_EQ(all.lo, 0);
  EXPECT_EQ(all.hi, INFINITY);
}

TEST(Parameter, ADefinitionByFWithParametersReadsBack) {
  for (const std::string& text :
       {std::string(kSrs), std::string("[a = 1, b = 2 in (a, inf)] f: a*x + b*tanh(x)"),
        std::string("[a = 1 in (0, 1.5)] f: where(x <= 0, a*x, x)")}) {
    const Activation a = parse_activation(text);
    EXPECT_TRUE(a.by_f);
    const Activation again = parse_activation(a.text);
    EXPECT_EQ(again.text, a.text);
    EXPECT_EQ(again.f, a.f);
    EXPECT_EQ(again.g, a.g);
    EXPECT_EQ(again.parameters, a.parameters);
  }
  const Activation srs = parse_activation(kSrs);
  EXPECT_NEAR(value(srs.f, -1, starts_of(srs.parameters)), -1 / (-0.5 + std::exp(1 / 3.0)), 1e-15);
}

TEST(Parameter, AGradientKeepsItsJointDomain) {
  const char* const text =
      "[a = 2 in (0, inf), b = 3 in (0.5*a, 2.5*a), c = -4 in (-inf, -1*b)] "
      "a*tanh(b*x) + c*sech2(x)";
  const Gradient g = parse_gradient(text);
  EXPECT_EQ(parse_gradient(to_string(g)), g);
  EXPECT_EQ(g.parameters[1].domain, (Domain{0.5, 2.5, 0, 0}));
  EXPECT_EQ(to_string(g).substr(0, 68), std::string(text).substr(0, 68));
}

TEST(Parameter, ErrorsNameWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"[a = 1 in (0, 2*b), b = 1] f: a*x", "1:17: \"b\" in a bound: expected a parameter"},
      {"[a = 1 in (0, 2*a)] f: a*x", "1:17: \"a\" in a bound"},
      {"[a = 1, b = 0.5 in (0, a)] f: b*x", "1:9: domain (0, a) of b can become empty"},
      {"[a = 1 in (0, 2), b = 3 in (0, 2*a)] f: b*x", "start value 3 of b is outside its open"},
      {"[a = 1 in (0, inf*a)] x", "1:"},
      {"[a = 1 in (2, 1)] x", "1:2: domain (2, 1) of a is empty"},
      {"[f = 1] f*x", "\"f\" cannot name a parameter"},
      {"[alpha = 1 in (0, 2), beta = 1 in (0, 3*alhpa)] x", "did you mean \"alpha\"?"},
      {"f: 0 | 0 | x", "1:6: f is one formula; write where(x <= 0, left, right)"},
      {"f: x; f(0) = 1", "1:5: f has no anchor"},
      {"[a = 1] f: b*x", "1:12: unknown name \"b\""},
      {"gate(sigmod(x))", "1:6: unknown primitive \"sigmod\""},
  };
  for (const auto& [text, part] : cases) {
    try {
      (void)parse_activation(text);
      ADD_FAILURE() << text << " was accepted";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << text << ": " << e.what();
    }
  }
  std::string many = "[a0 = 1";
  for (int i = 1; i < 17; ++i) many += ", a" + std::to_string(i) + " = 1";
  EXPECT_THROW((void)parse_activation(many + "] f: a0*x"), Error);
}

}  // namespace
}  // namespace antigrad::space
