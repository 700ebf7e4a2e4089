// f' = g, continuity, anchors, closed forms where they are known, tables where they are not,
// parameters and their derivatives.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "space/generate.hpp"
#include "space/gradient.hpp"
#include "space/text.hpp"
#include "space/zoo.hpp"

namespace antigrad::space {
namespace {

std::vector<double> start_of(const Activation& a) {
  std::vector<double> out;
  for (const Parameter& p : a.parameters) out.push_back(p.start);
  return out;
}

/// Adaptive Simpson rule, an integral that shares nothing with the rows.
double simpson(const Expr& g, const std::vector<double>& theta, double lo, double hi,
               int depth = 0) {
  const auto rule = [&](double a, double b) {
    return (b - a) / 6 *
           (value(g, a, theta) + 4 * value(g, 0.5 * (a + b), theta) + value(g, b, theta));
  };
  const double middle = 0.5 * (lo + hi), whole = rule(lo, hi),
               halves = rule(lo, middle) + rule(middle, hi);
  if (depth > 30 || (depth > 4 && std::fabs(whole - halves) < 1e-13))
    return halves + (halves - whole) / 15;
  return simpson(g, theta, lo, middle, depth + 1) + simpson(g, theta, middle, hi, depth + 1);
}

/// f(x) - f(anchor) against quadrature of g, piece by piece.
void expect_integral(const Activation& a, const Gradient& g, double anchor) {
  const auto theta = start_of(a);
  for (const double x : {-4.3, -1.9, -0.6, 0.4, 1.7, 3.9}) {
    double want = value(a.f, anchor, theta);
    std::vector<double> stops{anchor};
    for (const double k : g.knots)
      if ((k > anchor && k < x) || (k < anchor && k > x)) stops.push_back(k);
    if (x < anchor)
      std::sort(stops.begin(), stops.end(), std::greater<>{});
    else
      std::sort(stops.begin(), stops.end());
    stops.push_back(x);
    for (std::size_t i = 0; i + 1 < stops.size(); ++i) {
      // The knot belongs to its left piece: step off it to the right.
      const double lo = std::min(stops[i], stops[i + 1]), hi = std::max(stops[i], stops[i + 1]);
      const double part = simpson(a.g, theta, std::nextafter(lo, INFINITY), hi);
      want += stops[i] < stops[i + 1] ? part : -part;
    }
    EXPECT_NEAR(value(a.f, x, theta), want, 1e-9 * (1 + std::fabs(want))) << a.text << " at " << x;
  }
}

TEST(Integrate, KnownActivationsFallOutOfTheirGradients) {
  struct Case {
    const char* name;
    const char* f;
  };
  const Case cases[] = {{"relu", "where(x <= 0, 0, x)"},
                        {"relu2", "where(x <= 0, 0, x*x)"},
                        {"gelu", "x*normal_cdf(x)"},
                        {"silu", "x*sigmoid(x)"},
                        {"mish", "x*mish_gate(x)"},
                        {"elu", "where(x <= 0, expm1(x), x)"},
                        {"softplus", "softplus(x)"},
                        {"xielu", "where(x <= 0, a_n*expm1(x) + (0.5 - a_n)*x, a_p*x*x + 0.5*x)"}};
  for (const Case& c : cases) {
    const Activation a = parse_activation(c.name);
    Names names;
    for (const Parameter& p : a.parameters) names.push_back(p.name);
    EXPECT_EQ(to_string(a.f, names), c.f) << c.name;
  }
}

TEST(Integrate, ConstantsOfIntegrationAreInTheirShortestForm) {
  const Activation a =
      parse_activation("[a = 0.2, b = 0.75] a*normal_pdf(1.5*x) | 0 | b*step(x - 0.4)");
  EXPECT_EQ(to_string(a.f, {"a", "b"}),
            "where(x <= 0, 0.6666666666666666*a*normal_cdf(1.5*x) - 0.3333333333333333*a, b*relu(x "
            "- 0.4))");
}

TEST(Integrate, SquaresOfRowsGoByTheirIdentity) {
  EXPECT_EQ(to_string(parse_activation("sigmoid(x) + x*sigmoid(x)*(1 - sigmoid(x))").f),
            "x*sigmoid(x)");
  EXPECT_EQ(to_string(parse_activation("tanh(x)*tanh(x)").f), "x - tanh(x)");
  for (const Primitive& p : primitives()) {
    if (!p.has_square || !p.search) continue;
    for (const char* argument : {"x", "0.7*x - 0.3"}) {
      const std::string factor = std::string(p.name) + "(" + argument + ")";
      const Gradient g =
          parse_gradient("x*" + factor + "*" + factor + " + " + factor + "*" + factor);
      expect_integral(integrate(g), g, 0);
    }
  }
}

TEST(Integrate, RandomGradientsAgreeWithQuadrature) {
  int tables = 0;
  for (int i = 0; i < 200; ++i) {
    Random random(child_seed(5, i));
    const Gradient g = random_gradient({}, random);
    const Activation a = integrate(g);
    tables += !a.f.tables.empty();
    expect_integral(a, g, g.anchor.at);
  }
  EXPECT_GT(tables, 10);  // both ways are covered
  EXPECT_LT(tables, 190);
}

TEST(Integrate, EveryRowHasAClosedFormUnderEveryAffineSubstitution) {
  for (const Primitive& p : primitives()) {
    if (!p.search) continue;
    for (const char* argument : {"x", "2*x", "-0.7*x + 0.4", "0.3*x - 1.1", "0.001*x + 0.2"}) {
      const Gradient g = parse_gradient(std::string(p.name) + "(" + argument + ")");
      const Activation a = integrate(g);
      EXPECT_TRUE(a.f.tables.empty()) << a.text;
      expect_integral(a, g, 0);
    }
  }
}

TEST(Integrate, PowersOfXTimesAnyRowIntegrate) {
  for (const Primitive& p : primitives()) {
    if (!p.search) continue;
    for (const char* form : {"x*{}(x)", "x^3*{}(0.6*x - 0.5)", "x^2*{}(-1.5*x + 0.3)"}) {
      const Gradient g = parse_gradient(fmt::format(fmt::runtime(form), p.name));
      expect_integral(integrate(g), g, 0);
    }
  }
}

TEST(Integrate, TheDerivativeIsTheGradientAtKinksToo) {
  for (const Primitive& p : primitives()) {
    if (!p.search) continue;
    for (const char* form : {"{}(x)", "{}(1 - 2*x)", "x*{}(x)", "x^2*{}(0.5*x - 1)",
                             "tanh(x + 1)*{}(x)", "[b = 0] {}(x + b)"}) {
      Activation a;
      try {
        a = integrate(parse_gradient(fmt::format(fmt::runtime(form), p.name)));
      } catch (const Error&) {  // no integral
        continue;
      }
      const auto theta = start_of(a);
      const Expr slope = derivative(a.f);
      for (const double x : {0.0, -0.0, 0.5, 2.0})
        EXPECT_NEAR(value(slope, x, theta), value(a.g, x, theta), 1e-12) << a.text << " at " << x;
      if (theta.empty() || p.name == "step") continue;
      const Expr along = derivative_param(a.f, 0);  // p(x) - p(0)
      for (const double x : {0.0, 0.7, -1.3})
        EXPECT_NEAR(value(along, x, theta), value(a.g, x, theta) - value(a.g, 0, theta), 1e-12)
            << a.text << " along b at " << x;
    }
  }
}

TEST(Integrate, ProductsWithAClosedFormHaveNoTable) {
  for (const char* text : {"atan(x)*cauchy(x)",
                           "softsign(2*x)*softsign_slope(2*x)",
                           "tanh(x)*sech2(x)",
                           "sigmoid(x)*sigmoid(-x)",
                           "x*isru(x)*isru_slope(x)",
                           "exp(x)*exp(-0.5*x + 1)",
                           "exp(x)*exp(-x)",
                           "expm1(x)*expm1(-x)",
                           "gaussian(x)*gaussian(2*x - 1)",
                           "normal_pdf(x - 1)*exp(0.3*x)",
                           "exp(0.2*x)*sin(3*x - 1)",
                           "x*exp(-0.1*x)*cos(x)",
                           "sin(x)*cos(2*x)",
                           "cos(x)*cos(x + 1)",
                           "x^2*sin(x)*sin(-0.5*x)",
                           "step(x - 0.5)*tanh(x)",
                           "relu(1 - x)*sigmoid(2*x)",
                           "step(x)*step(x - 1)*cos(x)",
                           "step(x + 1)*step(1 - x)*sin(x)",
                           "softsign(x)*softsign(x)",
                           "isru(x)*isru(x)",
                           "softplus(x)*sigmoid(x)",
                           "erf(x)*gaussian(x)",
                           "sinc(x)*sinc_slope(x)",
                           "logcosh(x)*tanh(x)"}) {
    const Gradient g = parse_gradient(text);
    const Activation a = integrate(g);
    EXPECT_TRUE(a.f.tables.empty()) << text << " -> " << to_string(a.f);
    expect_integral(a, g, 0);
  }
}

TEST(Integrate, AsymptotesOfAProductAreInClosedForm) {
  for (const char* text :
       {"softsign(x)*tanh(x)", "sin(x)*tanh(2*x)", "atan(x - 1)*sigmoid(x)", "sinc(x)*sech2(x)",
        "x*cauchy(x)*normal_cdf(-x)", "signed_log(x)*mish_gate(x)", "cos(3*x)*elu(x)"}) {
    const Gradient g = parse_gradient(text);
    const Activation a = integrate(g);
    EXPECT_EQ(a.f.tables.size(), 1U) << text;
    expect_integral(a, g, 0);
    EXPECT_EQ(parse(to_string(a.f)), a.f) << text;
  }
}

TEST(Integrate, WhatHasNoIntegralIsRefusedByNameWithAWayOut) {
  struct Case {
    const char *text, *name, *way_out;
  };
  for (const Case& c : {Case{"exp(x)*sigmoid(x)", "exp grows exponentially", "on a piece where"},
                        Case{"step(-x)*exp(x)", "exp grows exponentially", "| 0 |"},
                        Case{"softsign(x)*atan(x)", "softsign has no tail", "\"f: ...\""},
                        Case{"cauchy(x)*cauchy(x)", "cauchy has no tail", "\"f: ...\""},
                        Case{"sin(x)*softsign(x)*tanh(x)", "has no tail", "\"f: ...\""}}) {
    try {
      (void)integrate(parse_gradient(c.text));
      ADD_FAILURE() << c.text << " was integrated";
    } catch (const Error& e) {
      EXPECT_NE(e.message().find(c.name), std::string::npos) << e.what();
      EXPECT_NE(e.message().find(c.way_out), std::string::npos) << e.what();
    }
  }
}

TEST(Integrate, PowersTimesRowsAgreeWithQuadrature) {
  for (const char* text :
       {"x*sigmoid(x)", "x*normal_pdf(0.5*x - 1)", "x^2*exp(0.4*x)", "x^2*tanh(x)", "x*erf(3*x)",
        "x^3*sin(x)", "x*softplus(x)", "x*sech2(2*x+1)", "x*cos(-x)", "x^2*gaussian(x)",
        "tanh(x)*sigmoid(x)", "x*relu(x-1)"}) {
    const Gradient g = parse_gradient(text);
    expect_integral(integrate(g), g, 0);
  }
}

TEST(Integrate, TheAnchorIsReached) {
  EXPECT_NEAR(value(parse_activation("sigmoid(x); f(-inf) = 0").f, -40), 0, 1e-15);
  EXPECT_NEAR(value(parse_activation("sigmoid(-x); f(inf) = 0").f, 0), -std::log(2), 1e-15);
  EXPECT_NEAR(value(parse_activation("tanh(x); f(2) = 1").f, 2), 1, 1e-15);
  EXPECT_NEAR(value(parse_activation("1 | -1 | x | 3 | 2; f(5) = -1").f, 5), -1, 1e-15);
  EXPECT_THROW((void)parse_activation("tanh(x); f(-inf) = 0"), Error);
}

TEST(Integrate, ParameterDerivativesAreThoseOfTheIntegral) {
  for (int i = 0; i < 100; ++i) {
    Random random(child_seed(77, i));
    const Activation a = integrate(random_gradient({}, random));
    auto theta = start_of(a);
    for (std::size_t k = 0; k < theta.size(); ++k) {
      const Expr slope = derivative_param(a.f, static_cast<int>(k));
      for (const double x : {-2.3, -0.4, 0.7, 1.9}) {
        const double h = 1e-5, at = theta[k], got = value(slope, x, theta);
        theta[k] = at + h;
        const double up = value(a.f, x, theta);
        theta[k] = at - h;
        const double down = value(a.f, x, theta);
        theta[k] = at;
        EXPECT_NEAR(got, (up - down) / (2 * h), 1e-7 * (1 + std::fabs(got)))
            << a.text << " d/d" << a.parameters[k].name;
      }
    }
  }
}

TEST(Integrate, ATrainedScaleAndShiftDifferentiateToo) {
  const Activation a = parse_activation("[k = 1.3 in (0, inf), b = 0.2, w = 0.7] w*tanh(k*x + b)");
  std::vector<double> theta = start_of(a);
  for (int k = 0; k < 3; ++k)
    for (const double x : {-2.0, 0.3, 1.7}) {
      const double got = value(derivative_param(a.f, k), x, theta), h = 1e-6;
      auto up = theta, down = theta;
      up[k] += h, down[k] -= h;
      EXPECT_NEAR(got, (value(a.f, x, up) - value(a.f, x, down)) / (2 * h), 1e-8);
    }
}

TEST(Integrate, NaNGoesThroughAnActivationWithConstantPieces) {
  for (const ZooEntry& entry : zoo()) {
    const Activation a = parse_activation(entry.name);
    EXPECT_TRUE(std::isnan(value(a.f, std::nan(""), start_of(a)))) << entry.name;
  }
}

}  // namespace
}  // namespace antigrad::space
