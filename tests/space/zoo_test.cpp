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
    std::vector<double> theta;
    for (const Parameter& p : a.parameters) theta.push_back(p.start);
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
    std::vector<double> theta;
    for (const Parameter& p : a.parameters) theta.push_back(p.start);
    for (const double x : {-5.1, -2.6, -1.3, -0.21, 0.17, 0.93, 2.2, 4.7})
      EXPECT_NEAR(value(a.g, x, theta), (f(x + 1e-6) - f(x - 1e-6)) / 2e-6, 1e-8)
          << entry.name << " at " << x;
  }
}

TEST(Zoo, NamesAreDistinctAndFound) {
  std::set<std::string> names;
  for (const ZooEntry& entry : zoo()) {
    EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
    EXPECT_EQ(find_in_zoo(entry.name), &entry);
    EXPECT_FALSE(entry.source.empty()) << entry.name;
  }
  EXPECT_EQ(find_in_zoo("nothing"), nullptr);
  EXPECT_THROW((void)parse_activation("gelo"), Error);
}

TEST(Zoo, KnownWrongNamesakesDiffer) {
  const Activation sgelu = parse_activation("sgelu");
  EXPECT_GT(std::fabs(value(sgelu.f, -1) - 0.5 * -1 * std::erf(-1 / std::sqrt(2.0))), 0.1);
  const Activation srs = parse_activation("srs");
  EXPECT_GT(std::fabs(value(srs.f, -1) + 1 / std::sqrt(1 + std::exp(1 / 3.0))), 0.1);
}

}  // namespace
}  // namespace antigrad::space
