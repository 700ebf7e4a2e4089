#include "kernels/chebyshev.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace antigrad::kernels {
namespace {

struct Transform {
  Samples points;
  std::array<Samples, kSamples> of_value;  // what a value adds to each term of the series
  Transform() {
    for (int j = 0; j < kSamples; ++j) {
      const double angle = std::numbers::pi * (j + 0.5) / kSamples;
      points[static_cast<std::size_t>(j)] = std::cos(angle);
      for (int k = 0; k < kSamples; ++k)
        of_value[static_cast<std::size_t>(j)][static_cast<std::size_t>(k)] =
            (k == 0 ? 1.0 : 2.0) / kSamples * std::cos(k * angle);
    }
  }
};

const Transform& transform() {
  static const Transform table;
  return table;
}

}  // namespace

const Samples& chebyshev_points() { return transform().points; }

Samples chebyshev_series(std::span<const double> values) {
  Samples series{};
  for (std::size_t j = 0; j < kSamples; ++j) {
    const Samples& factors = transform().of_value[j];
    for (std::size_t k = 0; k < kSamples; ++k) series[k] += factors[k] * values[j];
  }
  return series;
}

int lowest_degree(const Samples& series, double tolerance, int least) {
  double cut = 0;
  int degree = kSamples;
  for (int k = kSamples - 1; k >= 0; --k) {
    cut += std::fabs(series[static_cast<std::size_t>(k)]);
    if (!(cut <= tolerance)) break;
    degree = k - 1;
  }
  return std::max(degree, least);
}

Samples powers_of(const Samples& series, int terms, double lo, double hi, double origin) {
  // T_k as powers of z, summed up.
  Samples before{}, now{}, in_z{};
  before[0] = 1, now[1] = 1;
  for (int k = 0; k < terms; ++k) {
    const double weight = series[static_cast<std::size_t>(k)];
    for (std::size_t i = 0; i < kSamples; ++i) in_z[i] += weight * before[i];
    Samples next{};
    for (std::size_t i = 0; i < kSamples; ++i) next[i] = (i > 0 ? 2 * now[i - 1] : 0.0) - before[i];
    before = now, now = next;
  }
  // z = slope t + shift.
  const double slope = 2 / (hi - lo);
  const double shift = slope * (origin - 0.5 * (lo + hi));
  Samples in_t{};
  for (int i = terms; i-- > 0;) {
    for (std::size_t k = kSamples - 1; k > 0; --k) in_t[k] = shift * in_t[k] + slope * in_t[k - 1];
    in_t[0] = shift * in_t[0] + in_z[static_cast<std::size_t>(i)];
  }
  return in_t;
}

}  // namespace antigrad::kernels
