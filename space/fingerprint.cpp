#include "space/fingerprint.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>

#include "space/frame.hpp"
#include "space/random.hpp"
#include "space/values.hpp"

namespace antigrad::space {
namespace {

constexpr std::array kHalf{0.01372, 0.11347, 0.27183, 0.43327, 0.61813, 0.85339, 1.12717,
                           1.49383, 1.93751, 2.45959, 3.18131, 4.33747, 5.71131, 7.90127};
constexpr std::size_t kPoints = 2 * kHalf.size();
constexpr double kNear = 0.9, kMiddle = 2;  // in units of the frame
constexpr double kCells = 4096 * 1.0247103;
constexpr double kOffset = 0.3183098861837907;
using Samples = std::array<double, kPoints>;  // ascending

/// Places in units of the frame, ascending, symmetric about 0.
const Samples& places() {
  static const Samples all = [] {
    Samples s{};
    for (std::size_t i = 0; i < kHalf.size(); ++i) {
      s[kHalf.size() - 1 - i] = -kHalf[i];
      s[kHalf.size() + i] = kHalf[i];
    }
    return s;
  }();
  return all;
}

double mean_within(const Samples& s, double radius) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < kPoints; ++i)
    if (std::fabs(places()[i]) <= radius && std::isfinite(s[i])) sum += std::fabs(s[i]), ++count;
  return count == 0 ? 0 : sum / count;
}

/// What counts as large: the median of |v|, so that growth on one side hides nothing on the other,
/// but no less than a small part of the means, whose rounding would else be seen.
double size_of(const Samples& s) {
  Samples sorted = s;
  for (double& v : sorted) v = std::isfinite(v) ? std::fabs(v) : INFINITY;
  std::ranges::sort(sorted);
  const double median = sorted[kPoints / 2 - 1];
  return std::max({std::isfinite(median) ? median : 0, 1e-4 * mean_within(s, kNear),
                   1e-6 * mean_within(s, kMiddle), 1e-9 * mean_within(s, INFINITY)});
}

/// Compressed so that equal steps are equal absolute errors near 0 and equal relative ones beyond.
Samples compressed(Samples s, double size) {
  for (double& v : s) v = size == 0 ? 0 : std::asinh(v / size) * kCells;
  return s;
}

std::uint64_t hash_of(const Samples& s, bool reversed, double sign) {
  std::uint64_t h = 1;
  for (std::size_t i = 0; i < kPoints; ++i) {
    const double v = sign * (reversed ? s[kPoints - 1 - i] : s[i]);
    const double cell =
        std::isnan(v) ? std::numeric_limits<double>::max() : std::nearbyint(v + kOffset);
    h = child_seed(h, std::bit_cast<std::uint64_t>(cell + 0.0));
  }
  return h;
}

/// g and its derivatives by each parameter, sampled.
struct Sampled {
  Samples g;
  std::vector<Samples> trained;
};

std::uint64_t hash_of(const Sampled& sampled, const FingerprintOptions& options) {
  const Samples g = compressed(sampled.g, options.output_scale ? size_of(sampled.g) : 1);
  std::vector<Samples> trained;
  for (const Samples& s : sampled.trained) trained.push_back(compressed(s, size_of(s)));
  std::uint64_t least = ~std::uint64_t{0};
  for (const bool reversed : {false, true}) {
    if (reversed && !options.reflection) continue;
    std::uint64_t h = hash_of(g, reversed, 1);
    if (options.output_scale) h = std::min(h, hash_of(g, reversed, -1));
    std::vector<std::uint64_t> parts;
    for (const Samples& s : trained)
      parts.push_back(std::min(hash_of(s, reversed, 1), hash_of(s, reversed, -1)));
    std::ranges::sort(parts);
    for (const std::uint64_t part : parts) h = child_seed(h, part);
    least = std::min(least, h);
  }
  return least;
}

Samples points_in(const Frame& frame) {
  Samples x = places();
  for (double& v : x) v = frame.location + frame.scale * v;
  return x;
}

std::uint64_t with_anchor(std::uint64_t h, const Anchor& anchor,
                          const FingerprintOptions& options) {
  if (options.constant) return h;
  h = child_seed(h, std::bit_cast<std::uint64_t>(anchor.at + 0.0));
  return child_seed(h, std::bit_cast<std::uint64_t>(anchor.value + 0.0));
}

/// Of an activation that is given by f.
std::uint64_t fingerprint_of_formula(const Activation& a, const FingerprintOptions& options) {
  std::vector<double> theta;
  for (const Parameter& p : a.parameters) theta.push_back(p.start);
  const Samples x = points_in(frame_of(a.g, theta, options.shift, options.input_scale));
  const auto sample = [&](const Expr& e) {
    Samples s{};
    for (std::size_t i = 0; i < kPoints; ++i) s[i] = value(e, x[i], theta);
    return s;
  };
  Sampled sampled{sample(a.g), {}};
  for (int k = 0; k < static_cast<int>(theta.size()); ++k)
    sampled.trained.push_back(sample(derivative_param(a.g, k)));
  if (jumps(a.f, theta)) {  // g does not see it: f itself is compared too
    Samples f = sample(a.f);
    double mean = 0;
    for (const double v : f) mean += v / kPoints;
    for (double& v : f) v -= mean;
    sampled.trained.push_back(f);
  }
  return with_anchor(hash_of(sampled, options), {0, value(a.f, 0, theta)}, options);
}

}  // namespace

std::uint64_t fingerprint(const Gradient& g, const FingerprintOptions& options) {
  const Values values(g);
  std::uint64_t least = ~std::uint64_t{0};
  for (const Frame& frame : frames_of(g, options.shift, options.input_scale)) {
    const Samples x = points_in(frame);
    Sampled sampled{{}, std::vector<Samples>(g.parameters.size())};
    values.at(x, sampled.g);
    for (std::size_t k = 0; k < g.parameters.size(); ++k)
      values.along(static_cast<int>(k), x, sampled.trained[k]);
    least = std::min(least, hash_of(sampled, options));
  }
  return with_anchor(least, g.anchor, options);
}

std::uint64_t fingerprint(const Activation& a, const FingerprintOptions& options) {
  const bool by_formula = a.by_f || a.gate;
  const std::uint64_t h = by_formula ? fingerprint_of_formula(a, options)
                                     : fingerprint(parse_gradient(a.text), options);
  return a.gate ? child_seed(h, "gate") : h;
}

}  // namespace antigrad::space
