// Correlations on a grid.
#include "search/claims/alike.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "space/error.hpp"
#include "space/expr.hpp"
#include "space/generate.hpp"
#include "space/gradient.hpp"
#include "space/values.hpp"

namespace antigrad::search::claims {
namespace {

constexpr std::size_t kPoints = 400;
constexpr double kEnd = 4.5;
constexpr int kDraws = 200;
constexpr double kRare = 0.05;
constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

using Samples = std::array<double, kPoints>;

Samples grid(double factor) {
  Samples x{};
  for (std::size_t i = 0; i < kPoints; ++i)
    x[i] = factor * (-kEnd + 2 * kEnd * (static_cast<double>(i) + 0.5) / kPoints);
  return x;
}

Samples samples_of(const space::Activation& a, const Samples& x) {
  const std::vector<double> theta = space::starts_of(a.parameters);
  Samples g{};
  for (std::size_t i = 0; i < kPoints; ++i) g[i] = space::value(a.g, x[i], theta);
  return g;
}

/// Under N(0, 1); its size.
double correlation(const Samples& a, const Samples& b) {
  static const Samples kX = grid(1);
  double weight = 0, ma = 0, mb = 0;
  for (std::size_t i = 0; i < kPoints; ++i) {
    const double w = std::exp(-0.5 * kX[i] * kX[i]);
    weight += w;
    ma += w * a[i];
    mb += w * b[i];
  }
  ma /= weight;
  mb /= weight;
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < kPoints; ++i) {
    const double w = std::exp(-0.5 * kX[i] * kX[i]) / weight;
    aa += w * (a[i] - ma) * (a[i] - ma);
    bb += w * (b[i] - mb) * (b[i] - mb);
    ab += w * (a[i] - ma) * (b[i] - mb);
  }
  const double r = std::abs(ab) / std::sqrt(aa * bb);
  return aa > 1e-20 && bb > 1e-20 && std::isfinite(r) ? std::min(r, 1.0) : 0;
}

/// The other one under every factor of its input.
std::vector<Samples> family(const space::Activation& other) {
  std::vector<Samples> all;
  for (const double sign : {1.0, -1.0})
    for (int k = -8; k <= 8; ++k)
      all.push_back(samples_of(other, grid(sign * std::pow(2, 0.25 * k))));
  return all;
}

double most_like(const Samples& g, const std::vector<Samples>& family) {
  double most = 0;
  for (const Samples& other : family) most = std::max(most, correlation(g, other));
  return most;
}

/// Gradients as the study's random sampler draws them, always the same.
std::vector<Samples> draws(const StudyConfig& study) {
  space::Random random(space::child_seed(0, "alike"));
  std::vector<Samples> all;
  for (int i = 0; i < kDraws; ++i) {
    Samples& g = all.emplace_back();
    space::Values(space::random_plausible(study.grammar, random)).at(grid(1), g);
  }
  return all;
}

}  // namespace

double likeness_of_gradients(const space::Activation& g, const space::Activation& other) {
  return most_like(samples_of(g, grid(1)), family(other));
}

Judged judge_alike(const Check& check, const StudyConfig& study, const Results& results) {
  Judged judged{&check, Verdict::undecided, {}};
  if (results.discovery.empty()) return judged;
  const Samples found =
      samples_of(space::parse_activation(results.discovery, study.definitions), grid(1));
  const std::vector<Samples> random = draws(study);
  judged.verdict = Verdict::not_supported;
  for (const Side& side : check.than) {
    const std::vector<Samples> other =
        family(space::parse_activation(side.activation, study.definitions));
    Finding f{.of = results.discovery, .than = side.activation, .verdict = Verdict::not_supported};
    f.mean = most_like(found, other);
    f.other = check.at_least;
    f.gain = f.mean - f.other;
    f.half_width = kNan;
    const auto as_like = std::ranges::count_if(
        random, [&](const Samples& g) { return most_like(g, other) >= f.mean; });
    f.p = std::min(1.0, static_cast<double>(check.than.size()) * static_cast<double>(as_like + 1) /
                            (kDraws + 1));  // Bonferroni
    if (f.mean >= check.at_least)
      f.verdict = f.p <= kRare ? Verdict::supported : Verdict::undecided;
    f.note = fmt::format("likeness of g under N(0, 1), wanted {:g}; p: of random gradients",
                         check.at_least);
    judged.verdict = std::min(judged.verdict, f.verdict);
    judged.findings.push_back(std::move(f));
  }
  return judged;
}

}  // namespace antigrad::search::claims
