// The error of a polynomial of degree d falls with the width to the power d + 1: one coarse grid
// says how many segments are needed.
#include "kernels/dense_segments.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

namespace antigrad::kernels {
namespace {

/// Of the error of a fit: evaluation rounds, too.
constexpr double share(int degree) { return degree == 1 ? 0.4 : 0.25; }
constexpr float kInfinite = std::numeric_limits<float>::infinity();

/// Segments 1 .. rows - 2 lie between the tails, `left` of them below 0; the first and the last one
/// hold the tails.
struct Grid {
  int rows, left;
  double scale;
  double at(double v) const { return (v - (1 + left)) / scale; }  // a
};

Grid grid_of(const Shape& shape, int rows) {
  const double below = -shape.left.end, above = shape.right.end;
  const int inner = rows - 2;
  const int left =
      std::clamp(static_cast<int>(std::lround(inner * below / (below + above))), 1, inner - 1);
  const double scale = std::min(left / below, (inner - left) / above);
  return {rows, left, static_cast<double>(static_cast<float>(scale))};
}

/// p = constant + slope t on the segment of a tail. stop: where z stops, infinite where it runs on.
struct End {
  double constant, slope, stop;
};

struct Writing {
  Finish finish;
  End before, after;
  double slope;
};

/// The tail c0 + c1 x, between v and v + 1; beyond `border` on the side of `sign`.
End end_of(const TailFit& tail, bool product, const Grid& g, double v, double border, double sign) {
  const double at = static_cast<double>(static_cast<float>(g.at(border)));
  const double stop = tail.c[1] != 0 ? sign * std::numeric_limits<double>::infinity()
                      : product      ? at
                                     : g.at(v + 0.5);
  if (product) return {tail.c[1] != 0 ? tail.c[1] : tail.c[0] / at, 0, stop};
  return {tail(g.at(v)), tail.c[1] / g.scale, stop};
}

std::optional<Writing> writing_of(const Shape& s, const Grid& g) {
  const double l = s.left.c[1], r = s.right.c[1];
  const bool product = s.at_zero == 0 && !s.absolute;
  const End before = end_of(s.left, product, g, 0, 1, -1),
            after = end_of(s.right, product, g, g.rows - 1, g.rows - 1, 1);
  if (product) {
    if ((l != 0 && s.left.c[0] != 0) || (r != 0 && s.right.c[0] != 0)) return std::nullopt;
    return Writing{Finish::product, before, after, 0};
  }
  if (l != 0 && r != 0 && l != r) return std::nullopt;
  return Writing{l == 0 && r == 0 ? Finish::plain : Finish::beyond, before, after, l == 0 ? r : l};
}

/// kDegree + 3 Chebyshev points of [0, 1], and the series of values there.
template <int kDegree>
struct Nodes {
  static constexpr std::size_t kCount = kDegree + 3;
  using Values = std::array<double, kCount>;
  Values t;
  std::array<Values, kCount> to_series;
  Nodes() {
    for (std::size_t j = 0; j < kCount; ++j) {
      const double angle = std::numbers::pi * (static_cast<double>(j) + 0.5) / kCount;
      t[j] = 0.5 + 0.5 * std::cos(angle);
      for (std::size_t k = 0; k < kCount; ++k)
        to_series[k][j] = (k == 0 ? 1.0 : 2.0) / kCount * std::cos(static_cast<double>(k) * angle);
    }
  }
  Values series(const double* values) const {
    Values c{};
    for (std::size_t k = 0; k < kCount; ++k)
      for (std::size_t j = 0; j < kCount; ++j) c[k] += to_series[k][j] * values[j];
    return c;
  }
};

/// The first terms of a series on [0, 1] as powers of t.
template <int kDegree, class Series>
void put(float* row, const Series& c) {
  if constexpr (kDegree == 1) {
    row[0] = static_cast<float>(c[0] - c[1]), row[1] = static_cast<float>(2 * c[1]);
  } else {
    row[0] = static_cast<float>(c[0] - c[1] + c[2] - c[3]);
    row[1] = static_cast<float>(2 * c[1] - 8 * c[2] + 18 * c[3]);
    row[2] = static_cast<float>(8 * c[2] - 48 * c[3]);
    row[3] = static_cast<float>(32 * c[3]);
  }
}

void put_end(float* row, const End& end) {
  row[0] = static_cast<float>(end.constant), row[1] = static_cast<float>(end.slope);
}

/// What p may be wrong by on a segment, from the smallest |f| there on.
double tolerance_of(const Shape& shape, const Writing& w, double from, double to, double least) {
  const double farthest = std::max(std::fabs(from), std::fabs(to));
  if (w.finish == Finish::product) return shape.fit * std::min(1.0, shape.most / farthest);
  return shape.fit * shape.scale(std::min(std::fabs(from), std::fabs(to)), 0.5 * least);
}

Segments blank(const Shape& shape, const Writing& w, const Grid& g, int degree) {
  Segments s;
  s.form = Form::dense, s.finish = w.finish;
  s.size = g.rows, s.degree = degree;
  s.scale = static_cast<float>(g.scale), s.magic = static_cast<float>(1 + g.left);
  s.low = static_cast<float>(g.at(0.5)), s.high = static_cast<float>(g.at(g.rows - 0.5));
  s.first = static_cast<float>(w.before.stop), s.last = static_cast<float>(w.after.stop);
  s.slope = static_cast<float>(w.slope);
  s.left_limit = shape.left.limit(-1), s.right_limit = shape.right.limit(1);
  std::ranges::fill(s.breaks, kInfinite);
  std::ranges::fill(s.origins, 0.0F);
  for (auto& c : s.coefficients) std::ranges::fill(c, 0.0F);
  std::ranges::fill(s.rows, 0.0F);
  return s;
}

/// All segments with one call of f; `worst` becomes the largest error of a segment by its
/// tolerance.
template <int kDegree>
Segments fit_grid(const Sampler& f, const Shape& shape, const Writing& w, const Grid& g,
                  double& worst) {
  static const Nodes<kDegree> nodes;
  constexpr std::size_t kCount = Nodes<kDegree>::kCount;
  std::vector<double> a, y;
  for (int k = 1; k + 1 < g.rows; ++k)
    for (const double t : nodes.t) a.push_back(g.at(k + t));
  y.resize(a.size());
  f(a, y);
  Segments s = blank(shape, w, g, kDegree);
  worst = 0;
  for (int k = 1; k + 1 < g.rows; ++k) {
    const std::size_t from = static_cast<std::size_t>(k - 1) * kCount;
    double least = std::numeric_limits<double>::infinity(), cut = 0;
    for (std::size_t j = from; j < from + kCount; ++j) {
      least = std::min(least, std::fabs(y[j]));
      if (w.finish == Finish::product) y[j] /= a[j];
    }
    const auto series = nodes.series(&y[from]);
    for (std::size_t j = kDegree + 1; j < kCount; ++j) cut += std::fabs(series[j]);
    const double error = cut / tolerance_of(shape, w, g.at(k), g.at(k + 1), least);
    if (!(error <= worst)) worst = std::isnan(error) ? kInfinite : error;
    put<kDegree>(&s.rows[k * (kDegree + 1)], series);
  }
  put_end(s.rows, w.before);
  put_end(&s.rows[(g.rows - 1) * (kDegree + 1)], w.after);
  return s;
}

template <int kDegree>
std::optional<Segments> fit(const Sampler& f, const Shape& shape) {
  constexpr int kTries = 4;
  double rows = 48;
  for (int i = 0; i < kTries && rows <= Segments::kMostRows; ++i) {
    const Grid grid = grid_of(shape, static_cast<int>(rows));
    const auto writing = writing_of(shape, grid);
    if (!writing) return std::nullopt;
    double worst = 0;
    const Segments s = fit_grid<kDegree>(f, shape, *writing, grid, worst);
    if (worst <= share(kDegree)) return s;
    rows *= std::max(1.1, 1.05 * std::pow(worst / share(kDegree), 1.0 / (kDegree + 1)));
  }
  return std::nullopt;
}

/// Whether numbers just below 0 may take the segment above it.
bool continuous_at_zero(const Sampler& f, const Shape& shape) {
  const double x[] = {-0x1p-60, 0x1p-60};
  double y[2];
  f(x, y);
  if (shape.at_zero == 0 && !shape.absolute) y[0] /= x[0], y[1] /= x[1];
  return std::fabs(y[1] - y[0]) <= 0.25 * shape.fit * std::max(1.0, shape.scale(0, 0));
}

bool is_line(const TailFit& tail) { return tail.c[2] == 0 && tail.c[3] == 0; }

}  // namespace

std::optional<Segments> fit_dense(const Sampler& f, const Shape& shape) {
  if (!is_line(shape.left) || !is_line(shape.right)) return std::nullopt;
  for (const float corner : shape.corners)
    if (std::fabs(corner) > 1e-40F) return std::nullopt;
  if (!shape.corners.empty() && !continuous_at_zero(f, shape)) return std::nullopt;
  const bool low = shape.fit > 0x1p-20;  // of 16 bits
  if (low)
    if (auto lines = fit<1>(f, shape)) return lines;
  return fit<3>(f, shape);
}

std::vector<float> dense_borders(const Segments& s) {
  std::vector<float> borders;
  for (int k = 1; k < s.size; ++k) borders.push_back((static_cast<float>(k) - s.magic) / s.scale);
  return borders;
}

}  // namespace antigrad::kernels
