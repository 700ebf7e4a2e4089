// Quadrature on one grid of cells: g is sampled in their middles, where no knot lies that is a
// multiple of a cell, and f summed up.
#include "search/learning/features.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "space/activation.hpp"
#include "space/error.hpp"
#include "space/values.hpp"

namespace antigrad::search {
namespace {

constexpr std::size_t kQuantiles = 20, kFacts = 12;
constexpr std::size_t kCells = 400;  // of the grid
constexpr double kEnd = 5;           // outside are 6e-7 of the inputs
constexpr double kCell = 2 * kEnd / kCells;

struct Grid {
  std::array<double, kCells> x, weight;  // of N(0, 1), summing to 1
  std::array<double, kQuantiles> at;     // indices into the grid, with fractions
};

Grid make_grid() {
  Grid grid;
  double sum = 0;
  for (std::size_t i = 0; i < kCells; ++i) {
    grid.x[i] = -kEnd + kCell * (static_cast<double>(i) + 0.5);
    grid.weight[i] = std::exp(-0.5 * grid.x[i] * grid.x[i]);
    sum += grid.weight[i];
  }
  double below = 0;
  std::size_t q = 0;
  for (std::size_t i = 0; i < kCells; ++i) {
    grid.weight[i] /= sum;
    const double wanted = (static_cast<double>(q) + 0.5) / kQuantiles;
    below += grid.weight[i];
    while (q < kQuantiles && (static_cast<double>(q) + 0.5) / kQuantiles <= below) {
      const double part = std::clamp((below - wanted) / grid.weight[i], 0.0, 1.0);
      grid.at[q++] = std::clamp(static_cast<double>(i) + 0.5 - part, 0.0, kCells - 1 - 1e-9);
    }
  }
  while (q < kQuantiles) grid.at[q++] = kCells - 1 - 1e-9;
  return grid;
}

const Grid& the_grid() {
  static const Grid grid = make_grid();
  return grid;
}

using Samples = std::array<double, kCells>;

double expect(const auto& of) {
  const Grid& grid = the_grid();
  double sum = 0;
  for (std::size_t i = 0; i < kCells; ++i) sum += grid.weight[i] * of(i);
  return sum;
}

// f from g, with f = 0 in the middle.
Samples integral(const Samples& g) {
  Samples f{};
  double left = 0, middle = 0;
  for (std::size_t i = 0; i < kCells; ++i) {
    if (i == kCells / 2) middle = left;
    f[i] = left + 0.5 * kCell * g[i];
    left += kCell * g[i];
  }
  for (double& v : f) v -= middle;
  return f;
}

// A sign and a reflection change nothing for a network: upwards on average, more so on the right.
void orient(Samples& f, Samples& g) {
  const Grid& grid = the_grid();
  if (expect([&](std::size_t i) { return g[i]; }) < 0) {
    for (double& v : f) v = -v;
    for (double& v : g) v = -v;
  }
  const auto bend = [&](std::size_t i) { return f[i] * (grid.x[i] * grid.x[i] - 1); };
  if (expect(bend) >= 0) return;
  std::ranges::reverse(f);
  std::ranges::reverse(g);
  for (double& v : f) v = -v;
}

double at_quantile(const Samples& s, double index) {
  const auto i = static_cast<std::size_t>(index);
  const double part = index - static_cast<double>(i);
  return s[i] * (1 - part) + s[i + 1] * part;
}

double squash(double v) { return v / (1 + std::abs(v)); }

std::vector<double> facts(const Samples& f, const Samples& g, double mean, double deviation,
                          std::size_t parameters) {
  const Grid& grid = the_grid();
  const auto second = [&](std::size_t i) { return f[i] * f[i]; };
  const double slope = expect([&](std::size_t i) { return g[i] * g[i]; });
  const double linear = expect([&](std::size_t i) { return f[i] * grid.x[i]; });
  const double square =
      expect([&](std::size_t i) { return f[i] * (grid.x[i] * grid.x[i] - 1); }) / std::sqrt(2.0);
  const double variance = deviation * deviation;
  double varies = 0, jump = 0;
  for (std::size_t i = 1; i < kCells; ++i) {
    varies += std::abs(g[i] - g[i - 1]);
    jump = std::max(jump, std::abs(g[i] - g[i - 1]));
  }
  const double size = std::sqrt(slope);
  const auto share = [&](const auto& is) {
    return expect([&](std::size_t i) { return is(g[i]) ? 1.0 : 0.0; });
  };
  return {std::log(deviation),
          std::log(slope / expect(second)),
          squash(mean / deviation),
          linear * linear / variance,
          square * square / variance,
          squash(g.front() / size),
          squash(g.back() / size),
          std::log(1 + varies / size),
          varies > 0 ? jump / varies : 0,
          share([&](double v) { return std::abs(v) < 0.01 * size; }),
          share([&](double v) { return v < -0.01 * size; }),
          std::min(1.0, static_cast<double>(parameters) / 4)};
}

std::vector<double> features(Samples g, std::size_t parameters) {
  if (!std::ranges::all_of(g, [](double v) { return std::isfinite(v); })) return {};
  Samples f = integral(g);
  orient(f, g);
  const double mean = expect([&](std::size_t i) { return f[i]; });
  const double variance = expect([&](std::size_t i) { return (f[i] - mean) * (f[i] - mean); });
  if (!(variance > 1e-16) || !std::isfinite(variance)) return {};
  const double deviation = std::sqrt(variance);
  std::vector<double> out;
  for (const double q : the_grid().at) out.push_back((at_quantile(f, q) - mean) / deviation);
  for (const double q : the_grid().at) out.push_back(squash(at_quantile(g, q) / deviation));
  for (const double fact : facts(f, g, mean, deviation, parameters)) out.push_back(fact);
  return out;
}

}  // namespace

std::vector<double> spectrum_features(const std::vector<std::vector<double>>& eigenvalues) {
  constexpr double kLeast = 1e-12;  // rounding
  std::vector<double> out;
  for (std::vector<double> values : eigenvalues) {
    std::ranges::sort(values);
    const double sum = std::max(kLeast, std::accumulate(values.begin(), values.end(), 0.0));
    out.push_back(0.5 * std::log10(sum));
    for (const double q : {0.1, 0.3, 0.5, 0.7, 0.9}) {
      const double value = values[static_cast<std::size_t>(q * static_cast<double>(values.size()))];
      out.push_back(0.5 * std::log10(std::max(kLeast, value / sum)));
    }
  }
  return out;
}

Groups feature_groups() { return {kQuantiles, kQuantiles, kFacts}; }

std::vector<double> features_of(const space::Gradient& g) {
  Samples samples;
  space::Values(g).at(the_grid().x, samples);
  return features(samples, g.parameters.size());
}

std::vector<double> features_of(const std::string& text) {
  const space::Activation activation = space::parse_activation(text);
  const std::vector<double> theta = space::starts_of(activation.parameters);
  Samples samples;
  for (std::size_t i = 0; i < kCells; ++i)
    samples[i] = space::value(activation.g, the_grid().x[i], theta);
  return features(samples, activation.parameters.size());
}

}  // namespace antigrad::search
