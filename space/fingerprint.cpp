// Two candidates are the same to a network when their f differ by an output factor or a constant,
// which the layers around absorb, or by a reflection of the input. So g is sampled (the constant is
// gone), divided by its largest sample, and hashed from the side that hashes lower. What trains
// matters too: the same function with another trainable coefficient is another candidate.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

#include "space/gradient.hpp"
#include "space/random.hpp"

namespace antigrad::space {
namespace {

constexpr std::array kPoints{0.013, 0.11, 0.29, 0.53, 0.87, 1.13, 1.49, 1.97, 2.43, 3.1, 4.3, 6.7};
using Samples =
    std::array<double, 2 * kPoints.size()>;  // at -points (outermost first), then at points

Samples sample(const Expr& e, const std::vector<double>& theta) {
  Samples s;
  for (std::size_t i = 0; i < kPoints.size(); ++i) {
    s[kPoints.size() - 1 - i] = value(e, -kPoints[i], theta);
    s[kPoints.size() + i] = value(e, kPoints[i], theta);
  }
  return s;
}

/// Hash of the samples up to a factor; values are rounded to 2^-17 of the largest.
std::uint64_t hash_up_to_scale(const Samples& s) {
  double largest = 0;
  for (const double v : s)
    if (std::fabs(v) > std::fabs(largest) * (1 + 1e-9)) largest = v;
  std::uint64_t h = 1;
  for (const double v : s) {
    const double r = largest == 0 ? 0 : std::nearbyint(v / largest * 131072.0);
    h = child_seed(h, std::bit_cast<std::uint64_t>(r + 0.0));
  }
  return h;
}

Samples reversed(Samples s) {
  std::ranges::reverse(s);
  return s;
}

}  // namespace

std::uint64_t fingerprint(const Activation& a) {
  std::vector<double> theta;
  for (const Parameter& p : a.parameters) theta.push_back(p.start);
  std::vector<Samples> parts{sample(a.g, theta)};
  for (std::size_t k = 0; k < theta.size(); ++k)
    parts.push_back(sample(derivative_param(a.g, static_cast<int>(k)), theta));
  std::array<std::uint64_t, 2> sides{};
  for (int side = 0; side < 2; ++side) {
    std::vector<std::uint64_t> trained;
    for (std::size_t k = 1; k < parts.size(); ++k)
      trained.push_back(hash_up_to_scale(side == 0 ? parts[k] : reversed(parts[k])));
    std::ranges::sort(trained);
    std::uint64_t h = hash_up_to_scale(side == 0 ? parts[0] : reversed(parts[0]));
    for (const auto t : trained) h = child_seed(h, t);
    sides[side] = h;
  }
  return std::min(sides[0], sides[1]);
}

}  // namespace antigrad::space
