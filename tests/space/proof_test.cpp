// What is proved of activations: the literature's facts come out, and nothing that is proved is
// contradicted by samples.
#include "space/proof.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "space/analysis.hpp"
#include "space/error.hpp"
#include "space/gaussian.hpp"
#include "space/generate.hpp"
#include "space/poles.hpp"
#include "space/properties.hpp"
#include "space/zoo.hpp"

namespace antigrad::space {
namespace {

Verdict verdict(const std::string& text, std::string_view property) {
  Proof proof(parse_activation(text));
  return find_property(property)->decide(proof).verdict;
}

TEST(Properties, ComeOutAsTheLiteratureHasThem) {
  constexpr Verdict kYes = Verdict::proved, kNo = Verdict::refuted;
  struct Case {
    const char* activation;
    const char* property;
    Verdict want;
  };
  const Case cases[] = {
      // Lee 2023 (arXiv 2305.12073): GELU is differentiable, bounded below, Lipschitz, smooth.
      {"gelu", "differentiable", kYes},
      {"gelu", "lower-bounded", kYes},
      {"gelu", "upper-bounded", kNo},
      {"gelu", "lipschitz", kYes},
      {"gelu", "smooth", kYes},
      {"gelu", "gradient-lipschitz", kYes},
      {"gelu", "monotone", kNo},
      {"gelu", "convex", kNo},
      {"gelu", "alive", kYes},
      {"gelu", "shuts", kYes},
      {"relu", "differentiable", kNo},
      {"relu", "monotone", kYes},
      {"relu", "convex", kYes},
      {"relu", "alive", kNo},
      {"relu", "rectifier-like", kYes},
      {"relu", "lipschitz", kYes},
      {"relu", "gradient-lipschitz", kNo},
      {"relu", "bounded", kNo},
      {"relu2", "differentiable", kYes},
      {"relu2", "lipschitz", kNo},
      {"relu2", "smooth", kNo},
      {"softplus", "convex", kYes},
      {"softplus", "monotone", kYes},
      {"softplus", "non-negative", kYes},
      {"softplus", "zero-at-zero", kNo},
      {"tanh", "odd", kYes},
      {"tanh", "bounded", kYes},
      {"tanh", "sigmoidal", kYes},
      {"tanh", "even", kNo},
      {"sigmoid", "sigmoidal", kYes},
      {"sigmoid", "odd", kNo},
      {"sigmoid", "bounded", kYes},
      {"softsign", "odd", kYes},
      {"softsign", "smooth", kNo},
      {"softsign", "differentiable", kYes},
      {"hardtanh", "odd", kYes},
      {"softshrink", "odd", kYes},
      {"tanhshrink", "monotone", kYes},
      {"xielu", "differentiable", kYes},
      {"xielu", "lower-bounded", kYes},
      {"xielu", "rectifier-like", kYes},
      {"pltanh", "differentiable", kNo},
      {"pltanh", "lower-bounded", kYes},
      {"pltanh", "continuous", kYes},
      {"sgelu", "differentiable", kNo},
      {"silu", "smooth", kYes},
      {"mish", "smooth", kYes},
      {"hardshrink", "continuous", kNo},
      {"hardshrink", "monotone", kYes},
      {"hardshrink", "odd", kYes},
      {"sine", "oscillating", kYes},
      {"gelu_sine", "oscillating", kYes},
      {"gelu_sine", "monotone", kNo},
      {"gelu", "oscillating", kNo},
      {"relu", "non-polynomial", kYes},
      {"gelu", "non-polynomial", kYes},
      {"f: x^2 + x", "non-polynomial", kNo},
      {"sine", "non-polynomial", kYes},
      {"f: exp(x)", "non-polynomial", kYes},
      {"f: sqrt(abs(x))", "finite", kNo},
      {"f: 1/x", "finite", kNo},
      {"f: 1/(1 + x*x)", "finite", kYes},
      {"f: log1p(x)", "finite", kNo},
      {"f: where(x <= 0, 0, log1p(x))", "finite", kYes},
      {"f: x/(x/2 + exp(-(x/5)))", "finite", kYes},
      {"f: x/(x/2 + exp(-(x/6)))", "finite", kNo},
  };
  for (const Case& c : cases)
    EXPECT_EQ(to_string(verdict(c.activation, c.property)), to_string(c.want))
        << c.property << " of " << c.activation;
}

std::map<std::string, Claim> facts(const std::string& text) {
  std::map<std::string, Claim> out;
  for (Claim& c : analyze(parse_activation(text))) out.emplace(c.property, std::move(c));
  return out;
}

double number(const Claim& c) { return 0.5 * (c.lo + c.hi); }

TEST(Analysis, NumbersOfKnownActivations) {
  const auto gelu = facts("gelu");
  EXPECT_NEAR(number(gelu.at("infimum of f")), -0.16997120747990369, 1e-12);
  EXPECT_NEAR(number(gelu.at("Lipschitz constant of f, max |g|")), 1.1289041451851555, 1e-12);
  EXPECT_NEAR(number(gelu.at("mean of f under N(0,1)")), 0.28209479177387814, 1e-9);
  EXPECT_NEAR(number(gelu.at("mean of f^2 under N(0,1)")), 0.42522148257029823, 1e-9);
  const auto relu = facts("relu");
  EXPECT_NEAR(number(relu.at("gain 1/sqrt(mean of f^2)")), std::sqrt(2.0), 1e-9);
  EXPECT_EQ(number(relu.at("chi_1 at the gain")), 1);
  EXPECT_NEAR(number(relu.at("share of N(0,1) with |g| < 0.001")), 0.5, 1e-9);
  EXPECT_EQ(relu.at("dying units").verdict, Verdict::proved);
  const auto star = facts("star_relu");
  EXPECT_NEAR(number(star.at("mean of f under N(0,1)")), 0, 1e-9);
  EXPECT_NEAR(number(star.at("variance of f under N(0,1)")), 1, 1e-4);
  const auto tanh = facts("tanh");
  EXPECT_NEAR(number(tanh.at("mean of f^2 under N(0,1)")), 0.39429449039746, 1e-9);
  EXPECT_EQ(tanh.at("supremum of f").hi, 1);
  EXPECT_NEAR(number(facts("mish").at("infimum of f")), -0.30884341, 1e-8);
}

TEST(Properties, WhatIsNotUnderstoodFarOutIsNotClaimed) {
  EXPECT_EQ(verdict("f: max(sin(x), 0.9)", "smooth"), Verdict::refuted);
  EXPECT_EQ(verdict("f: max(sin(x), 0.9)", "lipschitz"), Verdict::unknown);
  // No kink within reach, many beyond.
  EXPECT_EQ(verdict("f: max(sin(0.001*x), 0.9)", "differentiable"), Verdict::unknown);
}

TEST(Analysis, PltanhHasTwoKinksWhateverItsAbstractSays) {
  const auto pltanh = facts("f: max(tanh(x), 0.4*abs(x))");
  int kinks = 0;
  for (const auto& [name, claim] : pltanh) {
    if (!name.starts_with("kink at")) continue;
    ++kinks;
    EXPECT_NE(claim.statement.find("f is C^0, not C^1"), std::string::npos) << claim.statement;
  }
  EXPECT_EQ(kinks, 2);
}

TEST(Poles, TheRegionWithoutPolesIsFound) {
  const Activation wide = parse_activation(
      "[alpha = 2 in (0, inf), beta = 3 in (0, inf)] f: x/(x/alpha + exp(-(x/beta)))");
  const auto claims = finite_for_all_parameters(wide);
  ASSERT_EQ(claims.size(), 2U);
  EXPECT_EQ(claims[1].verdict, Verdict::refuted);  // beta can pass e alpha
  EXPECT_NE(claims[1].statement.find("2.718282*alpha"), std::string::npos) << claims[1].statement;
  const Activation narrow = parse_activation(
      "[alpha = 2 in (0, inf), beta = 3 in (0, 2.718281828459045*alpha)] f: x/(x/alpha + "
      "exp(-(x/beta)))");
  const auto safe = finite_for_all_parameters(narrow);
  EXPECT_EQ(safe[1].verdict, Verdict::proved) << safe[1].statement;
  EXPECT_EQ(finite_for_all_parameters(parse_activation("xielu"))[0].verdict, Verdict::proved);
  EXPECT_EQ(finite_for_all_parameters(parse_activation("[a = 1] f: x/(1 + abs(a*x))"))[0].verdict,
            Verdict::proved);
}

/// f and g at points all over, at the starts of the parameters.
struct Sampled {
  std::vector<double> x, f, g;
  explicit Sampled(const Activation& a) {
    const auto theta = starts_of(a.parameters);
    for (double v = -30.013; v < 30; v += 0.0937) {
      x.push_back(v);
      f.push_back(value(a.f, v, theta));
      g.push_back(value(a.g, v, theta));
    }
  }
};

void expect_not_contradicted(const Activation& a) {
  Proof proof(a);
  const Sampled s(a);
  for (const Property& p : properties()) {
    const Claim c = p.decide(proof);
    const std::string what = std::string(p.name) + " of " + a.text + ": " + c.statement;
    EXPECT_FALSE(c.statement.empty()) << what;
    if (c.verdict != Verdict::proved) continue;
    for (std::size_t i = 0; i < s.x.size(); ++i) {
      const double slack = 1e-9 * (1 + std::fabs(s.f[i]));
      if (p.name == "monotone") {
        EXPECT_GE(s.g[i], -slack) << what << " at " << s.x[i];
      }
      if (p.name == "non-negative") {
        EXPECT_GE(s.f[i], -slack) << what << " at " << s.x[i];
      }
      if (p.name == "lipschitz") {
        EXPECT_LE(std::fabs(s.g[i]), proof.largest(1).hi + slack) << what;
      }
      if (p.name == "lower-bounded") {
        EXPECT_GE(s.f[i], proof.infimum(0).lo - slack) << what;
      }
      if (p.name == "upper-bounded") {
        EXPECT_LE(s.f[i], proof.supremum(0).hi + slack) << what;
      }
      if (p.name == "convex" && i > 0) {
        EXPECT_GE(s.g[i], s.g[i - 1] - slack) << what << " at " << s.x[i];
      }
    }
  }
  const Claim monotone = find_property("monotone")->decide(proof);
  if (monotone.verdict == Verdict::refuted && monotone.witness && !a.by_f) {
    EXPECT_LT(value(a.g, *monotone.witness, starts_of(a.parameters)), 0) << a.text;
  }
}

TEST(Properties, NothingProvedOfTheZooIsContradictedBySamples) {
  for (const ZooEntry& entry : zoo()) expect_not_contradicted(parse_activation(entry.name));
}

TEST(Properties, NothingProvedOfRandomGradientsIsContradictedBySamples) {
  Random random(23);
  const Grammar grammar;
  for (int i = 0; i < 60; ++i) expect_not_contradicted(integrate(random_gradient(grammar, random)));
}

TEST(Properties, GaussianMomentsAgreeWithTheTrapezoidalRule) {
  for (const char* name :
       {"silu", "mish", "elu", "xielu", "pltanh", "srs", "gelu_tanh", "softsign", "sine"}) {
    Proof proof(parse_activation(name));
    const GaussianMoments m = gaussian_moments(proof);
    const auto theta = starts_of(proof.activation().parameters);
    double weight = 0, mean = 0, second = 0, slope = 0;
    for (int i = -40000; i <= 40000; ++i) {
      const double x = (i + 0.5) / 4000, w = std::exp(-0.5 * x * x);
      const double f = value(proof.activation().f, x, theta),
                   g = value(proof.activation().g, x, theta);
      weight += w, mean += w * f, second += w * f * f, slope += w * g * g;
    }
    EXPECT_NEAR(m.mean.middle(), mean / weight, 1e-6) << name;
    EXPECT_NEAR(m.second.middle(), second / weight, 1e-6) << name;
    EXPECT_NEAR(m.slope_second.middle(), slope / weight, 1e-6) << name;
  }
}

TEST(Properties, SetsAndNamesAreReadAndUnknownOnesRefused) {
  EXPECT_EQ(demanded({"smooth", "bounded", "smooth"}).size(), 2U);
  EXPECT_EQ(demanded({"gate"}).size(), 3U);
  try {
    demanded({"smoth"});
    FAIL() << "no error";
  } catch (const Error& e) {
    EXPECT_NE(std::string(e.what()).find("did you mean \"smooth\""), std::string::npos) << e.what();
  }
}

TEST(Properties, TheFirstOneThatFailsIsNamedWithItsReason) {
  const auto wanted = demanded({"smooth", "monotone"});
  EXPECT_FALSE(violated(parse_activation("softplus"), wanted).has_value());
  const auto claim = violated(parse_activation("gelu"), wanted);
  ASSERT_TRUE(claim.has_value());
  EXPECT_EQ(claim->property, "monotone");
  EXPECT_EQ(claim->verdict, Verdict::refuted);
}

// 0.67 x mish_gate(-0.3 x + 0.8) and its integral cancel far out, all but 1e-16 x of rounding.
TEST(Proof, WhatIsLeftOfGrowthThatCancelsIsNoGrowth) {
  Proof proof(parse_activation("0.2*x*mish_gate_slope(-0.3*x + 0.8) | 0 | 0"));
  const auto limit = proof.far(0, -1).limit();
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->infinite, 0);
  EXPECT_NEAR(limit->value.middle(), value(proof.activation().f, -200), 1e-9);
}

}  // namespace
}  // namespace antigrad::space
