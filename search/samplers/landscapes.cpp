// Formulas; experiments/app/bench_samplers.py has the same ones for others' samplers.
#include "search/samplers/landscapes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <numbers>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

using std::numbers::pi;

SearchSpace floats(int n, double low, double high) {
  SearchSpace space;
  for (int i = 0; i < n; ++i)
    space.push_back({fmt::format("x{}", i), FloatDistribution{low, high}});
  return space;
}

double at(const Parameters& p, const std::string& name) {
  const double* const value = find(p, name);
  return value == nullptr ? 0 : *value;
}

// A function of the coordinates less 0.5, 0.7, 0.9, .. by turns of sign.
Landscape shifted(const std::string& name, int n, double range,
                  const std::function<double(const std::vector<double>&)>& f) {
  return {name, floats(n, -range, range), [n, f](const Parameters& p) {
            std::vector<double> x;
            for (int i = 0; i < n; ++i)
              x.push_back(at(p, fmt::format("x{}", i)) - (i % 2 == 0 ? 1 : -1) * (0.5 + 0.2 * i));
            return std::vector<double>{f(x)};
          }};
}

double sphere(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v * v;
  return sum;
}

double ellipsoid(const std::vector<double>& x) {
  double sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i)
    sum += std::pow(10.0, 3 * static_cast<double>(i) / static_cast<double>(x.size() - 1)) * x[i] *
           x[i];
  return sum;
}

// Its minimum moved to where the others have theirs.
double rosenbrock(const std::vector<double>& x) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < x.size(); ++i) {
    const double a = x[i] + 1, b = x[i + 1] + 1;
    sum += 100 * (b - a * a) * (b - a * a) + (1 - a) * (1 - a);
  }
  return sum;
}

double rastrigin(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += 10 + v * v - 10 * std::cos(2 * pi * v);
  return sum;
}

double ackley(const std::vector<double>& x) {
  const auto n = static_cast<double>(x.size());
  double waves = 0;
  for (const double v : x) waves += std::cos(2 * pi * v);
  return 20 - 20 * std::exp(-0.2 * std::sqrt(sphere(x) / n)) + std::numbers::e -
         std::exp(waves / n);
}

std::vector<double> branin(const Parameters& p) {
  const double x = at(p, "x0"), y = at(p, "x1");
  const double a = y - 5.1 / (4 * pi * pi) * x * x + 5 / pi * x - 6;
  return {a * a + 10 * (1 - 1 / (8 * pi)) * std::cos(x) + 10};
}

std::vector<double> hartmann(const Parameters& p) {
  constexpr double a[4][6] = {{10, 3, 17, 3.5, 1.7, 8},
                              {0.05, 10, 17, 0.1, 8, 14},
                              {3, 3.5, 1.7, 10, 17, 8},
                              {17, 8, 0.05, 10, 0.1, 14}};
  constexpr double centre[4][6] = {{0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886},
                                   {0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991},
                                   {0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650},
                                   {0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381}};
  constexpr double height[4] = {1, 1.2, 3, 3.2};
  double sum = 0;
  for (int k = 0; k < 4; ++k) {
    double inner = 0;
    for (int i = 0; i < 6; ++i) {
      const double d = at(p, fmt::format("x{}", i)) - centre[k][i];
      inner += a[k][i] * d * d;
    }
    sum -= height[k] * std::exp(-inner);
  }
  return {sum};
}

std::vector<double> mixed(const Parameters& p) {
  const double rate = std::log10(at(p, "rate")) + 2.5;
  const double depth = (at(p, "depth") - 7) / 4, drop = at(p, "drop") - 0.3;
  constexpr double kind[4] = {0.6, 0, 0.3, 0.9};
  return {rate * rate + depth * depth + 4 * drop * drop +
          kind[static_cast<std::size_t>(at(p, "kind"))]};
}

std::vector<double> conditional(const Parameters& p) {
  const double common = at(p, "common") - 0.3;
  double sum = common * common;
  if (at(p, "kind") == 0) {
    const double x = at(p, "a0") - 0.7, y = at(p, "a1") - 0.2;
    sum += 0.3 + x * x + y * y;
  } else if (at(p, "kind") == 1) {
    const double x = at(p, "b0") - 0.1, y = at(p, "b1") - 0.8, z = at(p, "b2") - 0.6;
    sum += x * x + y * y + z * z;
  } else {
    sum += 0.5;
  }
  return {sum};
}

SearchSpace mixed_space() {
  return {{"depth", IntDistribution{1, 20}},
          {"drop", FloatDistribution{0, 0.9, false, 0.1}},
          {"kind", CategoricalDistribution{{"a", "b", "c", "d"}}},
          {"rate", FloatDistribution{1e-6, 1, true}}};
}

SearchSpace conditional_space() {
  SearchSpace space = {{"kind", CategoricalDistribution{{"a", "b", "c"}}},
                       {"common", FloatDistribution{0, 1}}};
  for (const auto& [name, kind] : {std::pair("a0", 0), {"a1", 0}, {"b0", 1}, {"b1", 1}, {"b2", 1}})
    space.push_back(
        {name, FloatDistribution{0, 1}, Condition{"kind", {static_cast<double>(kind)}}});
  return space;
}

std::vector<double> zdt1(const Parameters& p) {
  double g = 1;
  for (int i = 1; i < 6; ++i) g += 9.0 / 5 * at(p, fmt::format("x{}", i));
  const double first = at(p, "x0");
  return {first, g * (1 - std::sqrt(first / g))};
}

SearchSpace branin_space() {
  return {{"x0", FloatDistribution{-5, 10}}, {"x1", FloatDistribution{0, 15}}};
}

}  // namespace

std::span<const Landscape> landscapes() {
  static const std::vector<Landscape> all = {
      shifted("sphere", 8, 5, sphere),
      shifted("ellipsoid", 8, 5, ellipsoid),
      shifted("rosenbrock", 4, 3, rosenbrock),
      shifted("rastrigin", 4, 5, rastrigin),
      shifted("ackley", 8, 10, ackley),
      {"branin", branin_space(), branin},
      {"hartmann", floats(6, 0, 1), hartmann},
      {"mixed", mixed_space(), mixed},
      {"conditional", conditional_space(), conditional},
      {"zdt1", floats(6, 0, 1), zdt1},
  };
  return all;
}

const Landscape& landscape(const std::string& name) {
  const auto at = std::ranges::find(landscapes(), name, &Landscape::name);
  if (at == landscapes().end()) throw space::Error(fmt::format("no test function \"{}\"", name));
  return *at;
}

Descent descend(ParameterSampler& sampler, const Landscape& landscape, int trials,
                std::uint64_t seed) {
  std::deque<Observation> all;
  std::vector<const Observation*> history;
  Descent descent{std::numeric_limits<double>::infinity(), {}};
  for (int n = 0; n < trials; ++n) {
    space::Random random(space::child_seed(seed, static_cast<std::uint64_t>(n)));
    Observation& trial = all.emplace_back();
    trial.number = n;
    trial.params = sampler.ask(n, history, landscape.space, random);
    trial.values = landscape.values(trial.params);
    descent.best = std::min(descent.best, trial.values[0]);
    history.push_back(&trial);
  }
  descent.trials.assign(all.begin(), all.end());
  return descent;
}

}  // namespace antigrad::search
