#include "kernels/table_verify.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <cstdint>

#include "kernels/dense_segments.hpp"
#include "kernels/half.hpp"
#include "kernels/rounded_segments.hpp"

namespace antigrad::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr double kNearby = 16;  // as cancellation.hpp has it

/// What is told about elements: bits of the significand, smallest normal number, first number that
/// rounds to infinity.
struct Format {
  int digits;
  double normal, beyond;
};

Format format_of(Element element) {
  switch (element) {
    case Element::f32: return {24, 0x1p-126, 0x1.ffp127};
    case Element::bf16: return {8, 0x1p-126, 0x1.fep127};
    case Element::f16: return {11, 0x1p-14, 0x1.ffp15};
  }
  return {};
}

/// x as an element and back.
template <class Half>
float through(float x) {
  Half h;
  narrow(x, h);
  return widen(h);
}
float rounded(float x, Element element) {
  if (element == Element::bf16) return through<Bf16>(x);
  return element == Element::f16 ? through<F16>(x) : x;
}

void add_with_neighbours(std::vector<float>& points, float x) {
  points.insert(points.end(), {std::nextafter(x, -kInfinity), x, std::nextafter(x, kInfinity)});
}

/// Borders between segments, ascending.
std::vector<float> borders_of(const Segments& s) {
  std::vector<float> borders;
  if (s.form == Form::dense) return dense_borders(s);
  if (s.form != Form::graded && s.form != Form::sorted) return rounded_borders(s);
  if (s.form == Form::sorted) {
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
  const int inside = s.form == Form::dense ? 3 : 12;
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
    for (int k = 0; k < inside; ++k)
      points.push_back(lo +
                       (hi - lo) * (static_cast<float>(k) + 0.37F) / static_cast<float>(inside));
  }
  return points;
}

/// Where f crosses 0 so steeply that few points fall on values below 1: there an error is large
/// beside max(1, |f|).
void add_crossings(std::vector<float>& points, const std::vector<double>& want) {
  constexpr int kPoints = 48;
  const std::size_t n = points.size();
  for (std::size_t i = 0; i + 1 < n; ++i) {
    const float lo = points[i], hi = points[i + 1];
    const bool crosses = (want[i] < 0) != (want[i + 1] < 0);
    if (!crosses || lo >= hi || std::fabs(want[i + 1] - want[i]) < 1) continue;
    if (std::max(std::fabs(lo), std::fabs(hi)) > static_cast<float>(kNearby)) continue;
    for (int k = 0; k < kPoints; ++k)
      points.push_back(lo + (hi - lo) * (static_cast<float>(k) + 0.37F) / kPoints);
  }
}

template <class Half>
std::vector<float> run_halves(const Segments& s, TableLoop loop, const std::vector<float>& x) {
  std::vector<Half> halves(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) narrow(x[i], halves[i]);
  loop(s, halves.data(), nullptr, halves.data(), static_cast<std::int64_t>(x.size()));
  std::vector<float> y;
  for (const Half h : halves) y.push_back(widen(h));
  return y;
}

std::vector<float> run(const Segments& s, TableLoop loop, Element element,
                       const std::vector<float>& x) {
  if (element == Element::bf16) return run_halves<Bf16>(s, loop, x);
  if (element == Element::f16) return run_halves<F16>(s, loop, x);
  std::vector<float> y(x.size());
  loop(s, x.data(), nullptr, y.data(), static_cast<std::int64_t>(x.size()));
  return y;
}

/// Infinities and NaN; "" when right. Limits are those of the tails, which were compared with the
/// function up to 2^63; beyond a finite reach nothing is asked for.
std::string special_values(const Segments& s, const Shape& shape, TableLoop loop, Element element) {
  const std::vector<float> x{-kInfinity, kInfinity, std::numeric_limits<float>::quiet_NaN()};
  const auto got = run(s, loop, element, x);
  if (std::isfinite(shape.reach)) return "";
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

double most_error(Element element) { return element == Element::f32 ? 4 : 0.6; }

double fit_error(Element element, double units) {
  return std::ldexp(units, -format_of(element).digits);
}

TableErrors table_errors(const Segments& segments, const Shape& shape, const Sampler& f,
                         TableLoop forward, Element element, std::string& reason) {
  constexpr double kSuspect = 2;  // an error that may be the reference's
  TableErrors errors;
  const Format format = format_of(element);
  reason = special_values(segments, shape, forward, element);
  double& worst = errors.scaled;
  worst = reason.empty() ? 0 : std::numeric_limits<double>::infinity();
  auto points = points_of(segments);
  for (float& x : points) x = rounded(x, element);
  std::erase_if(points, [&](float x) {
    return std::isinf(x) || static_cast<double>(std::fabs(x)) > shape.reach;
  });
  std::vector<double> x(points.begin(), points.end());
  std::vector<double> want = expected(x, shape, f);
  if (element == Element::f32) {
    add_crossings(points, want);
    const std::vector<double> more(points.begin() + std::ssize(want), points.end());
    const std::vector<double> more_wanted = expected(more, shape, f);
    x.insert(x.end(), more.begin(), more.end());
    want.insert(want.end(), more_wanted.begin(), more_wanted.end());
  }
  const auto got = run(segments, forward, element, points);
  const double eps = std::ldexp(1, -format.digits);
  const NearZero near_zero(shape, f, eps);
  const double last_place = element == Element::f32 ? 0x1p-149 : 2 * eps * format.normal;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto y = static_cast<double>(got[i]);
    if (std::fabs(want[i]) >= format.beyond && std::fabs(y) >= format.beyond &&
        (y > 0) == (want[i] > 0))
      continue;
    const double difference = std::fabs(y - want[i]);
    const double scale = shape.scale(x[i], want[i]);
    const double unit =
        element == Element::f32
            ? eps * scale
            : std::ldexp(2 * eps, std::max(std::ilogb(scale), std::ilogb(format.normal)));
    const double c = difference <= last_place ? 0 : difference / unit;
    if (element == Element::f32 && std::fabs(x[i]) <= kNearby)
      errors.nearby = std::max(errors.nearby, difference / std::max(1.0, std::fabs(want[i])));
    if (c <= worst || (c > kSuspect && difference <= 0x1p-40 && near_zero.right(x[i], y))) continue;
    worst = std::isnan(c) ? std::numeric_limits<double>::infinity() : c;
    reason = fmt::format("at {}: got {}, expected {}", x[i], y, want[i]);
    if (std::isinf(worst)) break;
  }
  return errors;
}

}  // namespace antigrad::kernels
