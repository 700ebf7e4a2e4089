#include "kernels/table_verify.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>

namespace antigrad::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// A float without its last 16 bits, towards 0.
float cut(float x) { return std::bit_cast<float>(std::bit_cast<std::uint32_t>(x) & 0xffff0000U); }

void add_with_neighbours(std::vector<float>& points, float x) {
  points.insert(points.end(), {std::nextafter(x, -kInfinity), x, std::nextafter(x, kInfinity)});
}

/// Borders between segments, ascending.
std::vector<float> borders_of(const Segments& s) {
  std::vector<float> borders;
  if (s.sorted) {
    for (const float b : s.breaks)
      if (std::isfinite(b)) borders.push_back(b);
    return borders;
  }
  const int n = s.size / 2;
  for (int i = 1 - n; i < n; ++i) {
    const std::uint32_t edge =
        std::bit_cast<std::uint32_t>(2.0F) + (static_cast<std::uint32_t>(std::abs(i)) << s.shift);
    const float distance = (std::bit_cast<float>(edge) - 2) / s.scale;
    borders.push_back(s.pivot + (i < 0 ? -distance : distance));
  }
  return borders;
}

std::vector<float> points_of(const Segments& s) {
  constexpr int kInside = 12;
  std::vector<float> points;
  for (const float magnitude : {0.0F, 0x1p-149F, 0x1p-140F, 0x1p-126F, 0x1.8p-100F, 0x1.ap-60F,
                                0x1.3p-30F, 0x1.7p-20F, 0x1.9p-12F, 0x1.1p-6F, 1.0F, 1e3F, 1e5F,
                                1e10F, 1e19F, 1e25F, 1e38F, std::numeric_limits<float>::max()})
    points.insert(points.end(), {magnitude, -magnitude});
  const auto borders = borders_of(s);
  for (const float b : borders) add_with_neighbours(points, b);
  const float ends = 0.25F * std::max(1.0F, std::fabs(borders.back() - borders.front()));
  for (std::size_t i = 0; i <= borders.size(); ++i) {
    const float lo = i == 0 ? borders.front() - ends : borders[i - 1];
    const float hi = i == borders.size() ? borders.back() + ends : borders[i];
    for (int k = 0; k < kInside; ++k)
      points.push_back(lo + (hi - lo) * (static_cast<float>(k) + 0.37F) / kInside);
  }
  return points;
}

std::vector<float> run(const Segments& s, TableLoop loop, Element element,
                       const std::vector<float>& x) {
  std::vector<float> y(x.size());
  const auto n = static_cast<std::int64_t>(x.size());
  if (element == Element::f32) {
    loop(s, x.data(), nullptr, y.data(), n);
    return y;
  }
  std::vector<std::uint16_t> halves(x.size());
  for (std::size_t i = 0; i < x.size(); ++i)
    halves[i] = static_cast<std::uint16_t>(std::bit_cast<std::uint32_t>(x[i]) >> 16);
  loop(s, halves.data(), nullptr, halves.data(), n);
  for (std::size_t i = 0; i < x.size(); ++i)
    y[i] = std::bit_cast<float>(static_cast<std::uint32_t>(halves[i]) << 16);
  return y;
}

/// Infinities and NaN; "" when right. Limits are those of the tails, which were compared with the
/// function up to 2^63.
std::string special_values(const Segments& s, TableLoop loop, Element element) {
  const std::vector<float> x{-kInfinity, kInfinity, std::numeric_limits<float>::quiet_NaN()};
  const auto got = run(s, loop, element, x);
  if (!std::isnan(got[2])) return fmt::format("at NaN: got {}", got[2]);
  const float want[] = {s.left_limit, s.right_limit};
  for (std::size_t i = 0; i < 2; ++i) {
    const bool right = std::isinf(want[i])
                           ? got[i] == want[i]
                           : std::fabs(got[i] - want[i]) <= 0x1p-8F * std::fabs(want[i]);
    if (!right) return fmt::format("at {}: got {}, expected {}", x[i], got[i], want[i]);
  }
  return "";
}

/// The reference; its tails beyond 2^63, where the clamps that keep formulas finite show.
std::vector<double> expected(const std::vector<double>& x, const Shape& shape, const Sampler& f) {
  std::vector<double> y(x.size());
  f(x, y);
  for (std::size_t i = 0; i < x.size(); ++i)
    if (std::fabs(x[i]) > 0x1p63) y[i] = (x[i] < 0 ? shape.left : shape.right)(x[i]);
  return y;
}

/// Near 0, where f vanishes, the reference has lost its digits when it is a difference of values of
/// size 1: there y must lie on the line through 0 and f(+-2^-17).
class NearZero {
 public:
  NearZero(const Shape& shape, const Sampler& f, double eps)
      : vanishes_(shape.at_zero == 0 && !shape.absolute), tolerance_(8 * kNear + 4 * eps) {
    const double x[] = {-kNear, kNear};
    double y[2];
    f(x, y);
    left_ = y[0] / x[0], right_ = y[1] / x[1];
  }
  bool right(double x, double y) const {
    if (!vanishes_ || std::fabs(x) > kNear / 8) return false;
    const double line = x * (x < 0 ? left_ : right_);
    return std::fabs(y - line) <= tolerance_ * (std::fabs(line) + std::fabs(x)) + 0x1p-149;
  }

 private:
  static constexpr double kNear = 0x1p-17;
  bool vanishes_;
  double tolerance_;  // relative
  double left_ = 0, right_ = 0;
};

}  // namespace

double table_error(const Segments& segments, const Shape& shape, const Sampler& f,
                   TableLoop forward, Element element, std::string& reason) {
  constexpr double kBeyond = 0x1.ffp127;  // as good as infinite
  constexpr double kSuspect = 2;          // an error that may be the reference's
  reason = special_values(segments, forward, element);
  double worst = reason.empty() ? 0 : std::numeric_limits<double>::infinity();
  auto points = points_of(segments);
  if (element == Element::bf16)
    for (float& x : points) x = cut(x);
  const std::vector<double> x(points.begin(), points.end());
  const auto want = expected(x, shape, f);
  const auto got = run(segments, forward, element, points);
  const double eps = element == Element::f32 ? 0x1p-24 : 0x1p-9;
  const NearZero near_zero(shape, f, eps);
  const double floor = element == Element::f32 ? 0x1p-149 : 0x1p-126;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto y = static_cast<double>(got[i]);
    if (std::fabs(want[i]) >= kBeyond && std::fabs(y) >= kBeyond && (y > 0) == (want[i] > 0))
      continue;
    const double difference = std::fabs(y - want[i]);
    const double c = difference <= floor ? 0 : difference / (eps * shape.scale(x[i], want[i]));
    if (c <= worst || (c > kSuspect && difference <= 0x1p-40 && near_zero.right(x[i], y))) continue;
    worst = std::isnan(c) ? std::numeric_limits<double>::infinity() : c;
    reason = fmt::format("at {}: got {}, expected {}", x[i], y, want[i]);
    if (std::isinf(worst)) break;
  }
  return worst;
}

}  // namespace antigrad::kernels
