// The function as a whole. A tail is the cubic through four far points, tried at many magnitudes up
// to 2^63 (farther out the clamps that keep formulas finite show); its end is where, coming in from
// afar, the function leaves it.
#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/segments.hpp"

namespace antigrad::kernels {
namespace {

constexpr double kFar = 256;  // beyond it a function must be its tail
constexpr int kSteps = 72;    // looking for the end, inwards from kFar
constexpr double kStep = 1.125;

/// The cubic through (x, y) by Newton's differences, with what rounding left of its coefficients
/// dropped.
void interpolate(const double (&x)[4], std::span<const double> values, double (&c)[4]) {
  double d[4];
  std::copy_n(values.begin(), 4, d);
  for (int level = 1; level < 4; ++level)
    for (int i = 3; i >= level; --i) d[i] = (d[i] - d[i - 1]) / (x[i] - x[i - level]);
  std::fill_n(c, 4, 0.0);
  for (int i = 3; i >= 0; --i) {
    for (int k = 3; k > 0; --k) c[k] = c[k - 1] - x[i] * c[k];
    c[0] = d[i] - x[i] * c[0];
  }
  const double size = std::max(std::fabs(values[0]), 1e-12);
  for (int k = 0; k < 4; ++k)
    if (std::fabs(c[k]) * std::pow(kFar, k) < 1e-10 * size) c[k] = 0;
  // Slopes like 1 and 1.0507009873554805 are what they look like in float32.
  for (double& v : c)
    if (std::fabs(v - static_cast<double>(static_cast<float>(v))) < 1e-11 * std::fabs(v))
      v = static_cast<double>(static_cast<float>(v));
}

bool is_tail(const Shape& shape, const TailFit& tail, std::span<const double> x,
             std::span<const double> y, std::size_t from) {
  for (std::size_t i = from; i < x.size(); ++i) {
    const double want = y[i], got = tail(x[i]);
    if (std::fabs(got) > 1e38 && std::fabs(want) > 1e38 && (got > 0) == (want > 0)) continue;
    if (!(std::fabs(got - want) <= 2 * shape.fit * shape.scale(x[i], want))) return false;
  }
  return true;
}

/// Points of one side: four far ones, then magnitudes up to 2^63, then inwards.
struct Side {
  std::vector<double> x, y;
  static constexpr std::size_t kFarther = 4, kInner = kFarther + 24;
};

Side sample_side(const Sampler& f, double sign) {
  Side side;
  for (const double x : {256.0, 512.0, 1024.0, 2048.0}) side.x.push_back(sign * x);
  for (std::size_t i = Side::kFarther; i < Side::kInner; ++i)
    side.x.push_back(sign * 3.0 * std::pow(2.0, 8 + 2.3 * static_cast<double>(i - 4)));
  for (int i = 0; i < kSteps; ++i) side.x.push_back(sign * kFar * std::pow(kStep, -i));
  side.y.resize(side.x.size());
  f(side.x, side.y);
  return side;
}

bool fit_tail(const Shape& shape, const Side& side, TailFit& tail) {
  const double x[4] = {side.x[0], side.x[1], side.x[2], side.x[3]};
  interpolate(x, side.y, tail.c);
  const std::span<const double> xs(side.x), ys(side.y);
  if (!is_tail(shape, tail, xs.first(Side::kInner), ys.first(Side::kInner), Side::kFarther))
    return false;
  std::size_t i = Side::kInner;
  while (i < xs.size() && std::fabs(tail(xs[i]) - ys[i]) <= shape.fit * shape.scale(xs[i], ys[i]))
    ++i;
  tail.end = xs[std::max(i, Side::kInner + 1) - 1];
  return true;
}

/// Whether the function changes its course at b: the cubic through four points on either side is
/// compared with the first point of the other.
bool is_corner(const Sampler& f, const Shape& shape, float b) {
  const double at = static_cast<double>(b);
  const double h = 0x1p-10 * std::max(1.0, std::fabs(at));
  std::array<double, 8> x, y;
  for (std::size_t i = 0; i < 8; ++i) x[i] = at + h * (static_cast<double>(i) - 3);  // b is left
  f(x, y);
  const double rise = 4 * y[3] - 6 * y[2] + 4 * y[1] - y[0];
  const double fall = 4 * y[4] - 6 * y[5] + 4 * y[6] - y[7];
  const double tolerance = 0x1p-26 * shape.scale(at + std::copysign(0.25, at), y[4]);
  return !(std::fabs(rise - y[4]) <= tolerance && std::fabs(fall - y[3]) <= tolerance);
}

/// A switch between b and the next float and another one behind that: one corner, unless the float
/// in between has a value of its own.
void merge_neighbours(const Sampler& f, const Shape& shape, std::vector<float>& corners) {
  for (std::size_t i = 0; i + 1 < corners.size(); ++i) {
    const float middle = std::nextafter(corners[i], std::numeric_limits<float>::infinity());
    if (corners[i + 1] != middle) continue;
    const double x[] = {
        static_cast<double>(corners[i]), static_cast<double>(middle),
        static_cast<double>(std::nextafter(middle, std::numeric_limits<float>::infinity()))};
    double y[3];
    f(x, y);
    const double tolerance = shape.fit * shape.scale(x[1], y[1]) + 1e-40;
    if (std::fabs(y[1] - y[0]) <= tolerance)
      corners.erase(corners.begin() + static_cast<std::ptrdiff_t>(i));
    else if (std::fabs(y[2] - y[1]) <= tolerance)
      corners.erase(corners.begin() + static_cast<std::ptrdiff_t>(i) + 1);
  }
}

/// sup |f| on samples up to `reach`; infinity when one is not finite, or a tail no constant.
double size_of(const Side& side, double reach) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  if (std::isinf(reach) && !(std::fabs(side.y[3] - side.y[0]) <= 1e-6)) return kInfinite;
  double most = 0;
  for (std::size_t i = 0; i < side.y.size(); ++i) {
    const bool far = i >= Side::kFarther && i < Side::kInner;
    if (far || std::fabs(side.x[i]) > reach) continue;
    if (!std::isfinite(side.y[i])) return kInfinite;
    most = std::max(most, std::fabs(side.y[i]));
  }
  return most;
}

/// Tails, or ends at kLimited where there are none, with zeros beyond that nobody asks for.
void set_tails(Shape& shape, const Side& left, const Side& right) {
  const auto set_most = [&] {
    shape.most = std::max(
        {std::fabs(shape.at_zero), size_of(left, shape.reach), size_of(right, shape.reach)});
  };
  set_most();
  const bool has_left = fit_tail(shape, left, shape.left);
  const bool has_right = fit_tail(shape, right, shape.right);
  if (has_left && has_right) return;
  shape.reach = kLimited;
  set_most();
  constexpr double kEnd = kLimited * (1 + 0x1p-10);  // beyond the roundings of a border
  if (!has_left) shape.left = {-kEnd, {}};
  if (!has_right) shape.right = {kEnd, {}};
  shape.left.end = std::max(shape.left.end, -kEnd);
  shape.right.end = std::min(shape.right.end, kEnd);
}

/// How the two sides mirror each other, seen where both were sampled within reach.
Symmetry symmetry_of(Shape& shape, const Side& left, const Side& right) {
  double slope = shape.right.c[1] + shape.left.c[1];
  const bool limited = std::isfinite(shape.reach);
  std::size_t first = Side::kInner;
  while (right.x[first] > shape.reach) ++first;
  if (limited) slope = (right.y[first] - left.y[first]) / right.x[first];
  bool odd = true, even = true;
  for (std::size_t i = first; i < left.x.size(); ++i) {
    const double x = right.x[i], l = left.y[i], r = right.y[i];
    const double tolerance = 0.25 * shape.fit * shape.scale(x, 0);
    odd = odd && std::fabs(r + l - 2 * shape.at_zero) <= tolerance;
    even = even && std::fabs(r - l - slope * x) <= tolerance;
  }
  if (even && !odd && limited && std::fabs(slope) > 1e-9) {
    shape.right.c[1] = slope;
    if (std::fabs(slope - std::round(slope)) < 1e-12) shape.right.c[1] = std::round(slope);
  }
  return odd ? Symmetry::odd : even ? Symmetry::even : Symmetry::none;
}

/// |x| turns between -0 and the number before; where f does not jump there, 0 is the corner, so
/// that a segment of either side holds 0.
float at_zero_if_continuous(const Sampler& f, float corner) {
  const double x[] = {static_cast<double>(corner), 0};
  double y[2];
  if (corner == 0 || std::fabs(corner) > 1e-40F) return corner;
  f(x, y);
  return std::fabs(y[1] - y[0]) <= 1e-40 ? 0 : corner;
}

/// A tail that ends just beyond a corner ends there.
void snap(TailFit& tail, const std::vector<float>& corners) {
  for (const float corner : corners) {
    const double b = static_cast<double>(corner);
    if (b * tail.end > 0 && std::fabs(b) <= std::fabs(tail.end) &&
        std::fabs(b) * kStep * kStep >= std::fabs(tail.end))
      tail.end = b;
  }
}

}  // namespace

float TailFit::limit(double sign) const {
  for (int k = 3; k > 0; --k) {
    const double leading = c[k] * (k % 2 == 1 ? sign : 1.0);
    if (leading != 0)
      return std::copysign(std::numeric_limits<float>::infinity(), static_cast<float>(leading));
  }
  return static_cast<float>(c[0]);
}

double Shape::scale(double x, double f) const {
  const double least =
      absolute ? std::min(1.0, most) : std::min(std::fabs(x) + std::fabs(at_zero), most);
  return std::max(std::fabs(f), least);
}

std::optional<Shape> shape_of(const Sampler& f, const std::vector<float>& switches, bool absolute,
                              double fit, std::string& reason) {
  const Side left = sample_side(f, -1), right = sample_side(f, 1);
  Shape shape;
  shape.absolute = absolute;
  shape.fit = fit;
  const double zero = 0;
  f(std::span(&zero, 1), std::span(&shape.at_zero, 1));
  if (!std::isfinite(shape.at_zero)) return reason = "not finite at 0", std::nullopt;
  set_tails(shape, left, right);
  if (std::isfinite(shape.reach) && !std::isfinite(shape.most))
    return reason = "neither polynomial tails nor finite near 0", std::nullopt;
  shape.symmetry = symmetry_of(shape, left, right);
  for (const float b : switches)
    if (static_cast<double>(std::fabs(b)) < shape.reach && is_corner(f, shape, b))
      shape.corners.push_back(at_zero_if_continuous(f, b));
  shape.corners.erase(std::unique(shape.corners.begin(), shape.corners.end()), shape.corners.end());
  merge_neighbours(f, shape, shape.corners);
  snap(shape.left, shape.corners);
  snap(shape.right, shape.corners);
  return shape;
}

}  // namespace antigrad::kernels
