// Every segment is sampled once, at Chebyshev points; its Chebyshev series cut after degree d is
// close to the best polynomial, and what is cut bounds the error, so the degree costs nothing to
// choose. Grids are compared by what a lookup of theirs costs.
#include "kernels/segments.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/chebyshev.hpp"
#include "kernels/dense_segments.hpp"
#include "kernels/rounded_segments.hpp"

namespace antigrad::kernels {
namespace {

constexpr int kFewBreaks = 7;  // counted, not searched
constexpr int kFewDegree = 3;
constexpr int kContent = 5;  // a degree that is low enough to look no further

/// A segment between finite ends as the Chebyshev series of P or, where f(0) = 0 is its origin, of
/// q with P = t q.
struct Part {
  double lo, hi, origin;
  bool vanishes;
  Samples series;
  int degree;  // the lowest that keeps the tolerance, kSamples for none
};

int tail_degree(const TailFit& tail) {
  int degree = 3;
  while (degree > 1 && tail.c[degree] == 0) --degree;
  return degree;
}

void choose_degree(const Shape& shape, Part& part, double middle) {
  const double reach = std::max(part.hi - part.origin, part.origin - part.lo);
  const double nearest =
      part.lo * part.hi <= 0 ? 0 : std::min(std::fabs(part.lo), std::fabs(part.hi));
  const double tolerance = shape.fit * (part.vanishes ? std::min(1.0, shape.most / reach)
                                                      : shape.scale(nearest, 0.5 * middle));
  const int extra = part.vanishes ? 1 : 0;
  part.degree = lowest_degree(part.series, tolerance, 1 - extra) + extra;
}

/// Samples all parts with one call of f.
void sample(const Sampler& f, const Shape& shape, std::vector<Part>& parts) {
  std::vector<double> x, y;
  for (const Part& p : parts)
    for (const double node : chebyshev_points())
      x.push_back(0.5 * (p.lo + p.hi) + 0.5 * (p.hi - p.lo) * node);
  y.resize(x.size());
  f(x, y);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    Part& p = parts[i];
    double* const values = &y[i * kSamples];
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < kSamples; ++j) least = std::min(least, std::fabs(values[j]));
    if (p.vanishes)
      for (std::size_t j = 0; j < kSamples; ++j) values[j] /= x[i * kSamples + j];
    p.series = chebyshev_series({values, kSamples});
    choose_degree(shape, p, least);
  }
}

Part part_between(const Shape& shape, double lo, double hi) {
  const bool holds_zero = lo <= 0 && 0 <= hi;
  const float middle = static_cast<float>(0.5 * (lo + hi));
  return {lo,
          hi,
          holds_zero ? 0 : static_cast<double>(middle),
          holds_zero && shape.at_zero == 0 && !shape.absolute,
          {},
          0};
}

/// The series, cut after `degree`, as powers of t = x - origin.
Samples powers_of(const Part& part, int degree) {
  if (part.hi - part.lo < 1e-20) return {part.vanishes ? 0 : part.series[0]};  // one float
  const int terms = degree + (part.vanishes ? 0 : 1);
  const Samples in_t = kernels::powers_of(part.series, terms, part.lo, part.hi, part.origin);
  if (!part.vanishes) return in_t;
  Samples times_t{};
  std::copy_n(in_t.begin(), kSamples - 1, times_t.begin() + 1);
  return times_t;
}

void put(Segments& s, int i, const Part& part) {
  s.origins[i] = static_cast<float>(part.origin);
  const auto powers = powers_of(part, s.degree);
  for (int k = 0; k <= s.degree; ++k)
    s.coefficients[k][i] = static_cast<float>(powers[static_cast<std::size_t>(k)]);
}

void put(Segments& s, int i, const TailFit& tail) {
  s.origins[i] = 0;
  for (int k = 0; k <= s.degree; ++k)
    s.coefficients[k][i] = k < 4 ? static_cast<float>(tail.c[k]) : 0.0F;
}

Segments blank(const Shape& shape, int degree) {
  Segments s;
  s.degree = std::max({degree, tail_degree(shape.left), tail_degree(shape.right)});
  std::ranges::fill(s.breaks, std::numeric_limits<float>::infinity());
  std::ranges::fill(s.origins, 0.0F);
  for (auto& c : s.coefficients) std::ranges::fill(c, 0.0F);
  s.left_limit = shape.left.limit(-1);
  s.right_limit = shape.right.limit(1);
  return s;
}

int highest_degree(const std::vector<Part>& parts) {
  int degree = 1;
  for (const Part& p : parts) degree = std::max(degree, p.degree);
  return degree;
}

// ---- graded ----

/// One grid around the pivot: n segments a side, `p` of them an octave.
struct Grid {
  double pivot, scale;
  int n, p;
  double edge(int i) const {  // u where segment i begins
    return std::ldexp(1 + static_cast<double>(i % p) / p, 1 + i / p);
  }
  double distance(int i) const { return (edge(i) - 2) / scale; }
};

Grid make_grid(const Shape& shape, double pivot, int n, int p) {
  Grid grid{pivot, 1, n, p};
  const double reach = std::max(shape.right.end - pivot, pivot - shape.left.end);
  grid.scale = static_cast<double>(static_cast<float>(grid.distance(n - 1) / reach));
  return grid;
}

std::vector<Part> parts_of(const Grid& grid, const Shape& shape) {
  std::vector<Part> parts;
  for (int i = 0; i + 1 < grid.n; ++i)
    parts.push_back(
        part_between(shape, grid.pivot - grid.distance(i + 1), grid.pivot - grid.distance(i)));
  for (int i = 0; i + 1 < grid.n; ++i)
    parts.push_back(
        part_between(shape, grid.pivot + grid.distance(i), grid.pivot + grid.distance(i + 1)));
  return parts;
}

Segments graded(const Grid& grid, const Shape& shape, const std::vector<Part>& parts) {
  Segments s = blank(shape, highest_degree(parts));
  s.size = 2 * grid.n;
  s.shift = 23 - static_cast<int>(std::lround(std::log2(grid.p)));
  s.pivot = static_cast<float>(grid.pivot);
  s.scale = static_cast<float>(grid.scale);
  s.top = std::nextafter(static_cast<float>(grid.edge(grid.n)), 0.0F);
  for (int i = 0; i + 1 < grid.n; ++i) {
    put(s, i, parts[static_cast<std::size_t>(i)]);
    put(s, grid.n + i, parts[static_cast<std::size_t>(grid.n - 1 + i)]);
  }
  put(s, grid.n - 1, shape.left);
  put(s, 2 * grid.n - 1, shape.right);
  return s;
}

std::optional<Segments> fit_graded(const Sampler& f, const Shape& shape, const Lookups& lookups) {
  const int n = lookups.graded / 2;
  const double pivot = shape.corners.empty() ? 0 : static_cast<double>(shape.corners.front());
  std::optional<Segments> best;
  for (const int p : {n / 4, n / 2, n / 8, n}) {
    if (p < 1 || (best && best->degree <= kContent)) break;
    const Grid grid = make_grid(shape, pivot, n, p);
    auto parts = parts_of(grid, shape);
    sample(f, shape, parts);
    const int degree = highest_degree(parts);
    if (degree <= Segments::kMostDegree && (!best || degree < best->degree))
      best = graded(grid, shape, parts);
  }
  return best;
}

// ---- sorted ----

/// The end of a tail that reaches further in, up to the next corner.
double extended(const Sampler& f, const Shape& shape, const TailFit& tail, double next) {
  constexpr int kChecks = 9;
  std::array<double, kChecks> x, y;
  for (std::size_t i = 0; i < kChecks; ++i)
    x[i] = tail.end + (next - tail.end) * (static_cast<double>(i) + 0.5) / kChecks;
  f(x, y);
  for (std::size_t i = 0; i < kChecks; ++i)
    if (!(std::fabs(tail(x[i]) - y[i]) <= shape.fit * shape.scale(x[i], y[i]))) return tail.end;
  return next;
}

/// What lies between the tails, as long parts of at most `degree`; nothing when more than `most`
/// are needed.
std::optional<std::vector<Part>> split(const Sampler& f, const Shape& shape,
                                       const std::vector<double>& borders, int degree,
                                       std::size_t most) {
  std::vector<Part> parts;
  for (std::size_t b = 0; b + 1 < borders.size(); ++b) {
    double lo = borders[b], width = borders[b + 1] - lo;
    while (lo < borders[b + 1]) {
      if (parts.size() >= most) return std::nullopt;
      const double hi = width >= borders[b + 1] - lo
                            ? borders[b + 1]
                            : static_cast<double>(static_cast<float>(lo + width));
      std::vector<Part> one{part_between(shape, lo, hi)};
      sample(f, shape, one);
      if (one[0].degree > degree) {
        width = 0.5 * (hi - lo);
        if (width < 1e-6) return std::nullopt;
        continue;
      }
      parts.push_back(one[0]);
      lo = hi, width *= 2;
    }
  }
  return parts;
}

/// Where the parts must end: the tails' ends and the kinks between them.
std::vector<double> borders_of(const Sampler& f, const Shape& shape,
                               const std::vector<float>& kinks) {
  std::vector<double> inner;
  for (const float k : kinks)
    if (static_cast<double>(k) >= shape.left.end && static_cast<double>(k) <= shape.right.end)
      inner.push_back(static_cast<double>(k));
  if (inner.empty()) inner.push_back(0);
  std::vector<double> borders{extended(f, shape, shape.left, inner.front())};
  for (const double k : inner)
    if (k > borders.back()) borders.push_back(k);
  const double right = extended(f, shape, shape.right, inner.back());
  if (right > borders.back()) borders.push_back(right);
  return borders;
}

std::optional<Segments> fit_sorted(const Sampler& f, const Shape& shape,
                                   const std::vector<float>& kinks, int degree, int segments) {
  const auto borders = borders_of(f, shape, kinks);
  auto parts = split(f, shape, borders, degree, static_cast<std::size_t>(segments) - 2);
  if (!parts) return std::nullopt;
  Segments s = blank(shape, highest_degree(*parts));
  s.form = Form::sorted;
  const int n = static_cast<int>(parts->size());
  s.size = n <= kFewBreaks - 1 ? 8 : n + 2 <= 16 ? 16 : 32;
  s.breaks[0] = static_cast<float>(borders.front());
  put(s, 0, shape.left);
  for (int i = 0; i < n; ++i) {
    Part& part = (*parts)[static_cast<std::size_t>(i)];
    if (part.degree <= 1 && s.degree <= 2) part.origin = 0;  // lines need no origin of their own
    s.breaks[i + 1] = static_cast<float>(part.hi);
    put(s, i + 1, part);
  }
  for (int i = n + 1; i < Segments::kMost; ++i) put(s, i, shape.right);
  return s;
}

}  // namespace

std::optional<Segments> fit_segments(const Sampler& f, const Shape& shape, const Lookups& lookups,
                                     std::string& reason) {
  const auto few = fit_sorted(f, shape, shape.corners, kFewDegree, kFewBreaks + 1);
  const bool fewest = few && std::isinf(few->breaks[2]);
  if (lookups.dense && !(few && std::isinf(few->breaks[3])))
    if (auto found = fit_dense(f, shape)) return found;
  if (lookups.rounded && !fewest)
    if (auto found = fit_rounded(f, shape)) return found;
  if (few) return few;
  if (shape.corners.size() <= 1)
    if (auto found = fit_graded(f, shape, lookups)) return found;
  for (const int degree : {5, Segments::kMostDegree})
    if (auto found = fit_sorted(f, shape, shape.corners, degree, lookups.sorted)) return found;
  reason = "not within the error of 32 polynomials";
  return std::nullopt;
}

}  // namespace antigrad::kernels
