// A user's primitives and activations: what they integrate to, that texts need no definitions, and
// what errors say.
#include "space/definitions.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/error.hpp"
#include "space/gradient.hpp"

namespace antigrad::space {
namespace {

Definitions defined() {
  return Definitions::read(Yaml::parse(
      "primitives:\n"
      "  - {name: bump, y: \"exp(-x^2)/(1 + x^2)\"}\n"
      "  - {name: soft_step, y: \"sigmoid(4*x)\"}\n"
      "  - {name: both, y: \"bump(x) + soft_step(x - 1)\"}\n"
      "  - {name: heavy, y: \"1/(1 + x^4)\"}\n"
      "activations:\n"
      "  - {name: mine, g: \"soft_step(x) + 0.3*bump(2*x)\"}\n"
      "  - {name: ours, title: Ours, f: \"[a = 1] a*x*soft_step(x)\", source: here, year: 2026}\n"
      "  - {name: gated, gate: mine}\n"));
}

double bump(double u) { return std::exp(-u * u) / (1 + u * u); }

/// int_lo^hi by Gauss-Legendre on panels of 1/64.
template <class H>
double integral(const H& h, double lo, double hi) {
  constexpr double kNodes[] = {0.1834346424956498, 0.5255324099163290, 0.7966664774136267,
                               0.9602898564975363};
  constexpr double kWeights[] = {0.3626837833783620, 0.3137066458778873, 0.2223810344533745,
                                 0.1012285362903763};
  const int panels = 1 + static_cast<int>(64 * std::fabs(hi - lo));
  const double half = (hi - lo) / (2 * panels);
  double sum = 0;
  for (int p = 0; p < panels; ++p)
    for (int k = 0; k < 4; ++k)
      for (const double sign : {-1.0, 1.0})
        sum += half * kWeights[k] * h(lo + half * (2 * p + 1 + sign * kNodes[k]));
  return sum;
}

TEST(Definitions, APrimitiveThatIsASumOfRowsIsWrittenOut) {
  const Definitions known = defined();
  const Activation a = parse_activation("soft_step(x) + 0.1*x | 1 | 2*soft_step(0.5*x)", known);
  EXPECT_EQ(a.text, "sigmoid(4*x) + 0.1*x | 1 | 2*sigmoid(2*x)");
  EXPECT_FALSE(a.by_f);
  EXPECT_EQ(parse_activation(a.text).f, a.f);
}

TEST(Definitions, APrimitiveOutsideTheRowsIsIntegratedByATable) {
  const Definitions known = defined();
  struct Case {
    const char* text;
    double (*g)(double);
    double knot;  // of g, for the panels
  };
  const Case cases[] = {
      {"bump(x)", bump, 0},
      {"0.3*bump(2*x + 1) - tanh(x)", [](double x) { return 0.3 * bump(2 * x + 1) - std::tanh(x); },
       0},
      {"bump(x) | 0.5 | 1 - 2*bump(x - 1)",
       [](double x) { return x <= 0.5 ? bump(x) : 1 - 2 * bump(x - 1); }, 0.5},
      {"0 | -1 | both(x) | 2 | bump(-x)/4",
       [](double x) {
         return x <= -1 ? 0 : x <= 2 ? bump(x) + 1 / (1 + std::exp(-4 * (x - 1))) : bump(x) / 4;
       },
       2},
      {"x*bump(x) + bump(x^2)", [](double x) { return x * bump(x) + bump(x * x); }, 0},
      {"tanh(bump(x)) - sech2(x)",
       [](double x) { return std::tanh(bump(x)) - 1 / std::pow(std::cosh(x), 2); }, 0},
      {"[a = 0.7, k = 2 in (0, inf), b = 0.3] a*bump(k*x + b) + b*sigmoid(x)",
       [](double x) { return 0.7 * bump(2 * x + 0.3) + 0.3 / (1 + std::exp(-x)); }, 0},
  };
  for (const Case& c : cases) {
    const Activation a = parse_activation(c.text, known);
    EXPECT_TRUE(a.by_f) << c.text;
    const auto theta = starts_of(a.parameters);
    for (const double x : {-6.3, -2.2, -1.01, -0.4, 0.0, 0.3, 0.8, 1.9, 2.5, 7.1}) {
      double want = 0, from = 0;
      for (const double stop : {-1.0, c.knot}) {  // panels end where g jumps
        if ((stop - from) * (x - stop) <= 0) continue;
        want += integral(c.g, from, stop);
        from = stop;
      }
      want += integral(c.g, from, x);
      EXPECT_NEAR(value(a.f, x, theta), want, 2e-13) << c.text << " at " << x;
      EXPECT_NEAR(value(a.g, x, theta), c.g(x), 1e-14) << c.text << " at " << x;
    }
    const Activation again = parse_activation(a.text);  // without the definitions
    EXPECT_EQ(again.text, a.text);
    EXPECT_EQ(again.f, a.f) << c.text;
  }
}

TEST(Definitions, TheSlopesOfATrainableCallAreTheDerivatives) {
  const Activation a =
      parse_activation("[a = 0.7, k = 2 in (0, inf), b = 0.3] a*bump(k*x + b)", defined());
  const std::vector<double> theta = starts_of(a.parameters);
  for (int k = 0; k < 3; ++k) {
    const Expr slope = derivative_param(a.f, k);
    for (const double x : {-3.0, -0.2, 0.9, 4.0}) {
      std::vector<double> up = theta, down = theta;
      up[k] += 1e-5, down[k] -= 1e-5;
      EXPECT_NEAR(value(slope, x, theta), (value(a.f, x, up) - value(a.f, x, down)) / 2e-5, 1e-9);
    }
  }
}

TEST(Definitions, AnotherFinitePointMayBeTheAnchor) {
  const Activation a = parse_activation("bump(x) + x; f(2) = 1", defined());
  EXPECT_NEAR(value(a.f, 2), 1, 1e-14);
}

TEST(Definitions, ActivationsAreKnownByNameAndTheirTextsNeedNoDefinitions) {
  const Definitions known = defined();
  const Activation mine = parse_activation("mine", known);
  EXPECT_EQ(mine.name, "mine");
  EXPECT_EQ(parse_activation(mine.text).f, mine.f);
  EXPECT_EQ(known.find("mine")->text, mine.text);
  EXPECT_EQ(parse_activation("ours", known).text, "[a = 1] f: a*x*sigmoid(4*x)");
  EXPECT_TRUE(parse_activation("gated", known).gate);
  EXPECT_EQ(known.find("relu"), find_in_zoo("relu"));
  EXPECT_EQ(
      parse_activation("f: bump(bump(x))", known).text,
      parse_activation("f: exp(-((exp(-x^2)/(1 + x^2))^2))/(1 + (exp(-x^2)/(1 + x^2))^2)").text);
  EXPECT_THROW((void)parse_activation("mine"), Error);
}

std::string message(const std::string& text) {
  try {
    (void)parse_activation(text, defined());
  } catch (const Error& e) {
    return e.what();
  }
  return "accepted";
}

TEST(Definitions, WhatHasNoTableIsRefusedWithTheReason) {
  EXPECT_NE(message("heavy(x)").find("settles exponentially on a polynomial"), std::string::npos)
      << message("heavy(x)");
  EXPECT_NE(message("bum(x)").find("did you mean \"bump\"?"), std::string::npos);
  EXPECT_NE(message("[k = 1] bump(k*x)").find("can reach 0"), std::string::npos);
  EXPECT_NE(message("[k = 1] x*bump(x + k)").find("a parameter inside a product"),
            std::string::npos);
  EXPECT_NE(message("bump(x); f(-inf) = 0").find("anchored at a finite point"), std::string::npos);
  EXPECT_NE(message("minee").find("did you mean \"mine\"?"), std::string::npos);
  EXPECT_NE(message("bump(x").find("expected \")\""), std::string::npos);
}

TEST(Definitions, ErrorsInAFileStandAtTheirPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"primitives: [{name: tanh, y: x}]", "f.yaml:1:21: \"tanh\" is taken"},
      {"primitives: [{name: 2b, y: x}]", "expected a name of letters, digits and _"},
      {"primitives: [{name: b, y: x}, {name: b, y: x}]", "\"b\" is defined already"},
      {"primitives: [{name: b, y: \"1 + c(x)\"}]", "in \"1 + c(x)\", column 5: unknown primitive"},
      {"primitives: [{name: b, y: \"2\"}]", "the formula has no x"},
      {"primitives: [{name: b, y: \"x y\"}]", "expected an operator or the end"},
      {"primitives: [{name: b, z: x}]", "unknown key \"z\""},
      {"activations: [{name: gelu, g: x}]", "\"gelu\" is defined already"},
      {"activations: [{name: b, g: x, f: x}]", "by g, by f or by gate, one of them"},
      {"activations: [{name: b, g: \"sin(\"}]", "in \"sin(\", column 5: expected a number"},
      {"primitive: []", "did you mean \"primitives\"?"},
  };
  for (const auto& [text, part] : cases) {
    try {
      (void)Definitions::read(Yaml::parse(text, "f.yaml"));
      ADD_FAILURE() << text << " was accepted";
    } catch (const Error& e) {
      EXPECT_NE(std::string(e.what()).find(part), std::string::npos) << text << ": " << e.what();
    }
  }
}

}  // namespace
}  // namespace antigrad::space
