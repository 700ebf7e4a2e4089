// Activations without training: derive, analyze. Neither libtorch nor LLVM is loaded.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "experiments/app/commands.hpp"
#include "space/fingerprint.hpp"
#include "space/gradient.hpp"
#include "space/text.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using space::Activation;

space::Names names_of(const Activation& activation) {
  space::Names names;
  for (const space::Parameter& p : activation.parameters) names.push_back(p.name);
  return names;
}

std::vector<double> starts_of(const Activation& activation) {
  std::vector<double> theta;
  for (const space::Parameter& p : activation.parameters) theta.push_back(p.start);
  return theta;
}

// Both sides of every point of a grid.
struct Samples {
  std::vector<double> x, f, g;
};

Samples sample(const Activation& activation) {
  constexpr int kSteps = 4000;
  constexpr double kRange = 20;
  const std::vector<double> theta = starts_of(activation);
  Samples s;
  for (int i = 0; i <= kSteps; ++i) {
    s.x.push_back(kRange * (2.0 * i / kSteps - 1));
    s.f.push_back(space::value(activation.f, s.x.back(), theta));
    s.g.push_back(space::value(activation.g, s.x.back(), theta));
  }
  return s;
}

std::string shape_of(const Samples& s) {
  const auto [low, high] = std::minmax_element(s.g.begin(), s.g.end());
  if (*low >= 0) return *high > 0 ? "not decreasing" : "constant";
  return *high <= 0 ? "not increasing" : "neither increasing nor decreasing everywhere";
}

// Mean and mean square under N(0, 1), by the trapezoidal rule, which is exact to rounding for
// smooth f.
std::array<double, 3> gaussian_moments(const Samples& s) {
  std::array<double, 3> sums{};
  double weight = 0;
  for (std::size_t i = 0; i < s.x.size(); ++i) {
    const double w = std::exp(-s.x[i] * s.x[i] / 2);
    weight += w;
    sums[0] += w * s.f[i];
    sums[1] += w * s.f[i] * s.f[i];
    sums[2] += std::abs(s.g[i]) < 1e-3 ? w : 0;
  }
  for (double& sum : sums) sum /= weight;
  return sums;
}

void add_parameters(Facts& facts, const Activation& activation) {
  for (const space::Parameter& p : activation.parameters) {
    facts.add("parameter " + p.name,
              fmt::format("starts at {}, in {}", space::to_string(p.start),
                          space::to_string(p.domain, activation.parameters)));
  }
}

}  // namespace

int derive_command(const Arguments& arguments) {
  const Activation a = space::parse_activation(arguments.subject, arguments.definitions);
  const space::Names names = names_of(a);
  Facts facts;
  if (!a.name.empty()) facts.add("name", a.name);
  facts.add("text", a.text);
  facts.add("f(x)", space::to_string(a.f, names));
  facts.add("f'(x) = g(x)", space::to_string(a.g, names));
  facts.add("f''(x)", space::to_string(space::simplify(space::derivative(a.g)), names));
  for (std::size_t k = 0; k < a.parameters.size(); ++k) {
    const space::Expr slope = space::simplify(space::derivative_param(a.f, static_cast<int>(k)));
    facts.add("df/d" + a.parameters[k].name, space::to_string(slope, names));
  }
  add_parameters(facts, a);
  facts.add("rules", a.rules);
  facts.add("LaTeX of f", space::to_latex(a.f, names));
  facts.add("LaTeX of g", space::to_latex(a.g, names));
  facts.add("fingerprint", fmt::format("{:016x}", space::fingerprint(a)));
  print(facts.text(arguments.format));
  return 0;
}

int analyze_command(const Arguments& arguments) {
  const Activation a = space::parse_activation(arguments.subject, arguments.definitions);
  const std::vector<double> theta = starts_of(a);
  const Samples s = sample(a);
  const auto moments = gaussian_moments(s);
  const auto lowest =
      static_cast<std::size_t>(std::min_element(s.f.begin(), s.f.end()) - s.f.begin());
  const auto [least, most] = std::minmax_element(s.g.begin(), s.g.end());
  Facts facts;
  facts.add("text", a.text);
  facts.add(
      "how",
      "sampled at 4001 points of [-20, 20] at the parameters' starts; nothing here is proved");
  for (const double x : {-1e3, -20.0, -5.0, -2.0, -1.0, 0.0, 1.0, 2.0, 5.0, 20.0, 1e3}) {
    facts.add(fmt::format("f({})", x), space::value(a.f, x, theta));
  }
  facts.add("f'(-1000)", space::value(a.g, -1e3, theta));
  facts.add("f'(1000)", space::value(a.g, 1e3, theta));
  facts.add("sampled shape", shape_of(s));
  facts.add("least sampled f", s.f[lowest]);
  facts.add("at x", s.x[lowest]);
  facts.add("least sampled f'", *least);
  facts.add("greatest sampled f'", *most);
  facts.add("mean over N(0,1)", moments[0]);
  facts.add("mean square over N(0,1)", moments[1]);
  facts.add("share of N(0,1) with |f'| < 0.001", moments[2]);
  add_parameters(facts, a);
  print(facts.text(arguments.format));
  return 0;
}

}  // namespace antigrad::app
