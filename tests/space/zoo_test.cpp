// The zoo against formulas written down independently, in float64.
#include "space/zoo.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <map>
#include <set>

#include "space/error.hpp"
#include "space/gradient.hpp"

namespace antigrad::space {
namespace {

double sp(double t) { return std::fmax(t, 0) + std::log1p(std::exp(-std::fabs(t))); }
double sig(double t) { return 1 / (1 + std::exp(-t)); }
double phi_cdf(double t) { return 0.5 * std::erfc(-t / std::sqrt(2.0)); }
double silu(double x) { return x * sig(x); }
double gelu(double x) { return x * phi_cdf(x); }
double mish(double x) { return x * std::tanh(sp(x)); }
double clamp(double x, double lo, double hi) { return std::fmin(std::fmax(x, lo), hi); }

double lslu(double (*a)(double), double x) { return (a(x - 1) + a(x) + a(x + 1)) / 3; }
double pau(double x) {
  const double p[] = {0.0336, 0.505, 1.6527, 2.0081, 0.9306, 0.1521};
  double top = 0;
  for (int k = 0; k < 6; ++k) top += p[k] * std::pow(x, k);
  return top / (1 + std::fabs(0.01 * x + 3.9765 * x * x + 0.3013 * x * x * x * x));
}

const std::map<std::string, std::function<double(double)>>& references() {
  static const std::map<std::string, std::function<double(double)>> table{
      {"relu", [](double x) { return std::fmax(x, 0); }},
      {"leaky_relu", [](double x) { return x > 0 ? x : 0.01 * x; }},
      {"prelu", [](double x) { return x > 0 ? x : 0.25 * x; }},
      {"relu6", [](double x) { return clamp(x, 0, 6); }},
      {"relu2", [](double x) { return x > 0 ? x * x : 0; }},
      {"star_relu", [](double x) { return 0.8944 * (x > 0 ? x * x : 0) - 0.4472; }},
      {"elu", [](double x) { return x > 0 ? x : std::expm1(x); }},
      {"selu",
       [](double x) {
         return 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * std::expm1(x));
       }},
      {"softplus", sp},
      {"log_sigmoid", [](double x) { return -sp(-x); }},
      {"sigmoid", sig},
      {"tanh", [](double x) { return std::tanh(x); }},
      {"softsign", [](double x) { return x / (1 + std::fabs(x)); }},
      {"tanhshrink", [](double x) { return x - std::tanh(x); }},
      {"hardtanh", [](double x) { return clamp(x, -1, 1); }},
      {"hardsigmoid", [](double x) { return clamp(x / 6 + 0.5, 0, 1); }},
      {"hardswish", [](double x) { return x * clamp(x + 3, 0, 6) / 6; }},
      {"softshrink", [](double x) { return x > 0.5    ? x - 0.5
                                           : x < -0.5 ? x + 0.5
                                                      : 0; }},
      {"silu", silu},
      {"gelu", gelu},
      {"gelu_tanh",
       [](double x) {
         return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
       }},
      {"mish", mish},
      {"xielu",
       [](double x) {
         return x > 0 ? 0.8 * x * x + 0.5 * x : 0.8 * (std::expm1(x) - x) + 0.5 * x;
       }},
      {"xiprelu", [](double x) { return (x > 0 ? 0.8 : 0.3) * x * x + 0.5 * x; }},
      {"xiep",
       [](double x) {
         return x > 0 ? 0.4 * x * x * x + 0.8 * x * x + 0.5 * x
                      : 0.8 * (std::expm1(x) - x) + 0.5 * x;
       }},
      {"xsilu", silu},
      {"sgelu", [](double x) { return std::fmax(gelu(x), x); }},
      {"ssilu", [](double x) { return std::fmax(silu(x), x); }},
      {"smish", [](double x) { return std::fmax(mish(x), x); }},
      {"pltanh", [](double x) { return std::fmax(std::tanh(x), 0.01 * std::fabs(x)); }},
      {"srs", [](double x) { return x / (x / 2 + std::exp(-x / 3)); }},
      {"gelu_sine", [](double x) { return gelu(x) + 0.1 * std::sin(x); }},
      {"rrelu", [](double x) { return x > 0 ? x : 11. / 48 * x; }},
      {"threshold", [](double x) { return x > 1 ? x : 0; }},
      {"hardshrink", [](double x) { return std::fabs(x) > 0.5 ? x : 0; }},
      {"celu", [](double x) { return x > 0 ? x : std::expm1(x); }},
      {"softplus_beta", sp},
      {"squareplus", [](double x) { return (x + std::sqrt(x * x + 4)) / 2; }},
      {"isru", [](double x) { return x / std::sqrt(1 + x * x); }},
      {"isrlu", [](double x) { return x > 0 ? x : x / std::sqrt(1 + x * x); }},
      {"swish_beta", silu},
      {"dsilu", [](double x) { return sig(x) * (1 + x * sig(-x)); }},
      {"acon_c", silu},
      {"lisht", [](double x) { return x * std::tanh(x); }},
      {"tanhexp", [](double x) { return x * std::tanh(std::exp(x)); }},
      {"serf", [](double x) { return x * std::erf(sp(x)); }},
      {"logish", [](double x) { return x * std::log1p(sig(x)); }},
      {"phish", [](double x) { return x * std::tanh(gelu(x)); }},
      {"elish", [](double x) { return x > 0 ? silu(x) : std::expm1(x) * sig(x); }},
      {"nlrelu", [](double x) { return std::log1p(std::fmax(x, 0)); }},
      {"lslu_relu", [](double x) { return lslu([](double u) { return std::fmax(u, 0); }, x); }},
      {"lslu_gelu", [](double x) { return lslu(gelu, x); }},
      {"pwlu", [](double x) { return std::fmax(x, 0); }},
      {"pau", pau},
      {"snake", [](double x) { return x + std::sin(x) * std::sin(x); }},
      {"sine", [](double x) { return std::sin(x); }},
      {"gcu", [](double x) { return x * std::cos(x); }},
      {"sinlu", [](double x) { return (x + std::sin(x)) * sig(x); }},
      {"glu", sig},
      {"reglu", [](double x) { return std::fmax(x, 0); }},
      {"geglu", gelu},
      {"swiglu", silu},
      {"gelu_sinc",
       [](double x) {
         return gelu(x) * (1 + 0.5 * (x == 0 ? 1 : std::sin(M_PI * x) / (M_PI * x)));
       }},
  };
  return table;
}

TEST(Zoo, EveryEntryIsItsFormula) {
  for (const ZooEntry& entry : zoo()) {
    ASSERT_TRUE(references().contains(entry.name))
        << entry.name << " has no reference formula here";
    const Activation a = parse_activation(entry.name);
    const std::vector<double> theta = starts_of(a.parameters);
    for (double x = -8; x <= 8; x += 0.0625) {
      const double want = references().at(entry.name)(x);
      EXPECT_NEAR(value(a.f, x, theta), want, 2e-15 * (4 + std::fabs(want)))
          << entry.name << " at " << x;
    }
  }
}

TEST(Zoo, GradientsAreTheDerivatives) {
  for (const ZooEntry& entry : zoo()) {
    const Activation a = parse_activation(entry.name);
    const auto& f = references().at(entry.name);
    const std::vector<double> theta = starts_of(a.parameters);
    for (const double x : {-5.1, -2.6, -1.3, -0.21, 0.17, 0.93, 2.2, 4.7})
      EXPECT_NEAR(value(a.g, x, theta), (f(x + 1e-6) - f(x - 1e-6)) / 2e-6, 1e-8)
          << entry.name << " at " << x;
  }
}

TEST(Zoo, NamesAndAliasesAreDistinctAndFound) {
  std::set<std::string> names;
  for (const ZooEntry& entry : zoo()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_EQ(find_in_zoo(entry.name), &entry);
    EXPECT_FALSE(entry.source.empty()) << entry.name;
    for (const std::string& alias : entry.aliases) {
      EXPECT_TRUE(names.insert(alias).second) << alias;
      EXPECT_EQ(parse_activation(alias).name, entry.name);
    }
  }
  EXPECT_EQ(find_in_zoo("nothing"), nullptr);
  EXPECT_THROW((void)parse_activation("gelo"), Error);
}

TEST(Zoo, KnownWrongNamesakesDifferWhereTheySayTheyDo) {
  int forms = 0;
  for (const ZooEntry& entry : zoo())
    for (const WrongForm& wrong : entry.wrong) {
      const Activation right = parse_activation(entry.name), other = parse_activation(wrong.text);
      const double want = value(right.f, wrong.at, starts_of(right.parameters));
      const double got = value(other.f, wrong.at, starts_of(other.parameters));
      EXPECT_GT(std::fabs(got - want), 1e-11 * std::fmax(1, std::fabs(want))) << entry.name;
      EXPECT_FALSE(wrong.note.empty() || wrong.source.empty()) << entry.name;
      ++forms;
    }
  EXPECT_GE(forms, 8);
}

TEST(Zoo, ANotANumberStaysOne) {
  for (const ZooEntry& entry : zoo()) {
    const Activation a = parse_activation(entry.name);
    EXPECT_TRUE(std::isnan(value(a.f, NAN, starts_of(a.parameters)))) << entry.name;
  }
}

TEST(Zoo, SlopesStayFiniteFarOut) {
  for (const ZooEntry& entry : zoo()) {
    if (entry.name == "relu2" || entry.name == "pau") continue;  // polynomials are meant to grow
    const Activation a = parse_activation(entry.name);
    for (const double x : {-1e4, -800., 800., 1e4})
      EXPECT_TRUE(std::isfinite(value(a.g, x, starts_of(a.parameters)))) << entry.name << " " << x;
  }
}

TEST(Zoo, AGateIsItsActivationMarked) {
  const Activation swiglu = parse_activation("swiglu"), silu = parse_activation("silu");
  EXPECT_TRUE(swiglu.gate);
  EXPECT_EQ(swiglu.f, silu.f);
  EXPECT_EQ(swiglu.text, "gate(" + silu.text + ")");
  EXPECT_EQ(find_in_zoo("swiglu")->kind, ZooEntry::Kind::gate);
  const Activation again = parse_activation(swiglu.text);
  EXPECT_TRUE(again.gate && again.f == swiglu.f && again.text == swiglu.text);
  EXPECT_TRUE(parse_activation("gate([a = 1 in (0, 2)] f: a*x)").gate);
  EXPECT_FALSE(silu.gate);
}

TEST(Zoo, WhatTakesOneInputRefusesAGateWithAWayOut) {
  EXPECT_NO_THROW(refuse_gate(parse_activation("silu"), "a place"));
  try {
    refuse_gate(parse_activation("reglu"), "a place");
    ADD_FAILURE() << "accepted";
  } catch (const Error& e) {
    EXPECT_STREQ(
        e.what(),
        "\"reglu\" is a gate, f(u)*v of two inputs: a place takes a function of one input; "
        "name f itself, 0 | 0 | 1");
  }
  EXPECT_THROW((void)parse_activation("gate(gate(silu))"), Error);
  EXPECT_THROW((void)parse_activation("gate(swiglu)"), Error);
}

}  // namespace
}  // namespace antigrad::space
