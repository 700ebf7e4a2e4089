// Text form: round trips over zoo and random expressions, errors with their column, LaTeX.
#include "space/text.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/generate.hpp"
#include "space/zoo.hpp"

namespace antigrad::space {
namespace {

Names names_of(const Activation& a) {
  Names out;
  for (const Parameter& p : a.parameters) out.push_back(p.name);
  return out;
}

TEST(Text, ParsingThePrintedFormOfEveryZooActivationGivesItBack) {
  for (const ZooEntry& entry : zoo()) {
    const Activation a = parse_activation(entry.name);
    for (const Expr& e : {a.f, a.g, derivative(a.g)}) {
      const std::string text = to_string(e, names_of(a));
      EXPECT_EQ(to_string(parse(text, names_of(a)), names_of(a)), text) << entry.name;
    }
    EXPECT_EQ(parse_activation(a.text).f, a.f) << entry.name;
  }
}

TEST(Text, ParsingThePrintedFormOfRandomActivationsGivesThemBack) {
  for (int i = 0; i < 200; ++i) {
    Random random(child_seed(11, i));
    const Gradient g = random_gradient({}, random);
    EXPECT_EQ(parse_gradient(to_string(g)), g) << to_string(g);
    const Activation a = integrate(g);
    const std::string text = to_string(a.f, names_of(a));
    EXPECT_EQ(to_string(parse(text, names_of(a)), names_of(a)), text);
  }
}

TEST(Text, WhatIsParsedHasTheValueItSays) {
  struct Case {
    const char* text;
    double x, want;
  };
  const Case cases[] = {{"x*sigmoid(x)", 1, 0.7310585786300049},
                        {"-x^2 + 3", 2, -1},
                        {"2 - 3 - 4*x/8", 4, -3},
                        {"where(x <= 0, expm1(x), x)", -1, -0.6321205588285577},
                        {"max(tanh(x), 0.01*abs(x))", -3, 0.03},
                        {"1e-3*x", 5, 0.005},
                        {"-2*-x", 3, 6},
                        {"pi*x", 2, 6.283185307179586},
                        {"integral(tanh(x), 2*x)", 1, 1.3250027473578644}};
  for (const Case& c : cases) EXPECT_NEAR(value(parse(c.text), c.x), c.want, 1e-14) << c.text;
}

TEST(Text, ErrorsCarryTheColumnAndAWayOut) {
  struct Case {
    const char* text;
    int column;
    const char* part;
  };
  const Case cases[] = {
      {"x*tanhh(x)", 3, "unknown primitive \"tanhh\"; did you mean \"tanh\"?"},
      {"x + y", 5, "unknown name \"y\""},
      {"sigmoid", 1, "needs an argument: sigmoid(x)"},
      {"sigmoid(x", 10, "expected \")\""},
      {"x +", 4, "expected a number, got the end of the text"},
      {"x / 0", 3, "division by 0"},
      {"x^2.5", 1, "expected a whole number"},
      {"1e999*x", 1, "out of the range"},
      {"0 | 1 | 2 | 0 | 3", 13, "knot 0 is not above the knot 1"},
      {"0 | inf | x", 5, "a knot must be finite"},
      {"[a = 1] tanh(a*erf(x))", 9, "a parameter beside a primitive inside tanh"},
      {"[a = 1] x + tanh(erf(a*x) + x)", 13, "in a composition parameters stand in one a*x + b"},
      {"sin(sin(sin(sin(sin(sin(sin(x)))))))", 1, "more than 6 primitives inside one another"},
      {"[a = 1] a*a*x", 10, "product of two parameters"},
      {"[a = 1, a = 2] a*x", 9, "declared twice"},
      {"[a = -1 in (0, inf)] a*x", 2, "outside its open domain"},
      {"[x = 1] x", 2, "cannot name a parameter"},
      {"[k = 2] step(k*x)", 1, "can reach 0"},
      {"1/x", 2, "divides only by constants"},
      {"log1p(x)", 1, "has no place in a gradient"},
      {"x; g(0) = 1", 4, "expected the anchor"},
      {"x; f(0) = inf", 11, "must be finite"},
      {"x)", 2, "expected an operator, \"|\""},
  };
  for (const Case& c : cases) {
    try {
      const std::string_view text = c.text;
      if (text == "x + y" || text == "sigmoid" || text == "sigmoid(x")
        (void)parse(text);
      else
        (void)parse_gradient(text);
      ADD_FAILURE() << c.text << " was accepted";
    } catch (const Error& e) {
      EXPECT_EQ(e.where().column, c.column) << c.text << ": " << e.what();
      EXPECT_NE(e.message().find(c.part), std::string::npos) << c.text << ": " << e.what();
    }
  }
}

TEST(Text, DeepNestingAndLongTextAreErrorsNotCrashes) {
  EXPECT_THROW((void)parse(std::string(10000, '(') + "x" + std::string(10000, ')')), Error);
  EXPECT_THROW((void)parse(std::string(100000, '-') + "x"), Error);
  EXPECT_THROW((void)parse_gradient(std::string(1 << 20, '+')), Error);
  std::string sum = "x";
  for (int i = 0; i < 100; ++i) sum += "+sin(" + std::to_string(i + 2) + "*x)";
  EXPECT_THROW((void)parse_gradient(sum), Error);
}

TEST(Text, AGradientThatLooksLikeANameIsAGradient) {
  for (const char* text : {"x", "-x", "x-1", "-1", "1e-30", "2"}) {
    const Activation a = parse_activation(text);
    EXPECT_EQ(parse_activation(a.text).text, a.text) << text;
  }
  EXPECT_THROW((void)parse_activation("gelo-2"), Error);
}

TEST(Text, AGradientReadsBackInTheOrderItIsWritten) {
  for (const char* text : {"-sigmoid(x) + relu(x)", "[a = 1] -a*tanh(x) + x - 2 | 0 | -x + a"}) {
    const Gradient g = parse_gradient(text);
    EXPECT_EQ(parse_gradient(to_string(g)), g) << to_string(g);
  }
}

TEST(Text, LatexHoldsFractionsCasesAndParameters) {
  const Activation a = parse_activation("xielu");
  const std::string latex = to_latex(a.f, names_of(a));
  EXPECT_NE(latex.find("\\begin{cases}"), std::string::npos) << latex;
  EXPECT_NE(latex.find("\\mathit{a\\_n}"), std::string::npos) << latex;
  EXPECT_EQ(to_latex(parse("x/(1 + exp(-x))")), "\\frac{x}{1 + e^{-x}}");
}

TEST(Text, LatexIsReadInOneWay) {
  const std::pair<const char*, const char*> pairs[] = {
      {"where(x <= 0, 1, x)*x",
       R"(\left(\begin{cases} 1 & x \le 0 \\ x & \text{otherwise} \end{cases}\right) \, x)"},
      {"2*signed_log(x)",
       R"(2 \, \left(\operatorname{sgn}\left(x\right) \, \log\left(1 + \left|x\right|\right)\right))"},
      {"integral(tanh(x) + x, 2*x)*x",
       R"(\left(\int_0^{2 \, x} \left(\tanh\left(t\right) + t\right) \, dt\right) \, x)"},
      {"1e-05*x", R"(1 \cdot 10^{-5} \, x)"},
  };
  for (const auto& [text, latex] : pairs) EXPECT_EQ(to_latex(parse(text)), latex) << text;
}

}  // namespace
}  // namespace antigrad::space
