// All happens in v = u - magic, the argument in units of wide segments, 0 where a is 0: segment k
// has its middle at v = place(k) - place(zero), and the table entry that the last bits of u say.
#include "kernels/rounded_segments.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/chebyshev.hpp"
#include "kernels/writing.hpp"

namespace antigrad::kernels {
namespace {

constexpr double kUnit = 0x1p23;  // from here on floats are whole numbers

/// Segments 0 .. size - 1, of which the first `narrow` are half as wide; a = 0 in the middle of
/// segment `zero`. scale is negative where v runs against a.
struct Grid {
  int size, narrow, zero;
  double scale = 1;

  double place(int k) const { return k < narrow ? 0.5 * (k - narrow) : k - narrow; }
  double middle(int k) const { return place(k) - place(zero); }
  double border(int k) const { return 0.5 * (middle(k) + middle(k + 1)); }  // of k and k + 1
  int entry(int k) const { return ((k - narrow) % size + size) % size; }
};

bool is_line(const TailFit& tail) { return tail.c[2] == 0 && tail.c[3] == 0; }

/// One segment: the series of p, or of p / (v - middle) where p vanishes there.
struct Part {
  double lo, hi;  // of v - middle
  bool vanishes, flat;
  double constant;
  Samples series;
  int degree;
};

struct Fit {
  Grid grid;
  std::vector<Part> parts;
  int degree = 1;
};

Part part_of(const Writing& w, const Shape& shape, const Grid& g, int k) {
  const double m = g.middle(k);
  Part p{k == 0 ? 0 : g.border(k - 1) - m,
         k + 1 == g.size ? 0 : g.border(k) - m,
         false,
         false,
         0,
         {},
         1};
  p.vanishes = k == g.zero && shape.at_zero == 0 && !shape.absolute && !w.product;
  // v runs with a, but against it for sided.
  if (k + 1 == g.size && !w.last_fitted) p.flat = true, p.constant = w.after;
  if (w.form == Form::full && k == 0) p.flat = true, p.constant = w.before;
  return p;
}

/// What p may be wrong by, from the smallest |a| and half the smallest |f| on.
double tolerance_of(const Writing& w, const Shape& shape, const Grid& g, const Part& p, double m,
                    double least) {
  if (p.vanishes)
    return shape.fit / std::fabs(g.scale) *
           std::min(1.0, shape.most * std::fabs(g.scale) / std::max(p.hi, -p.lo));
  const double from = (p.lo + m) / g.scale, to = (p.hi + m) / g.scale;
  const double nearest = from * to <= 0 ? 0 : std::min(std::fabs(from), std::fabs(to));
  const double farthest = std::max(std::fabs(from), std::fabs(to));
  if (w.product) return shape.fit * std::min(1.0, shape.most / farthest);
  return shape.fit * shape.scale(nearest, w.form == Form::half && w.finish != Finish::plain
                                              ? 0.0
                                              : 0.5 * least);
}

/// Segments from .. to, sampled with one call of f.
void sample_segments(const Sampler& f, const Shape& shape, const Writing& w, int from, int to,
                     Fit& fit) {
  const Grid& g = fit.grid;
  std::vector<double> a, y;
  for (int k = from; k < to; ++k) {
    const Part& p = fit.parts[static_cast<std::size_t>(k)];
    if (p.flat) continue;
    for (const double node : chebyshev_points())
      a.push_back(w.sign * (g.middle(k) + 0.5 * (p.lo + p.hi) + 0.5 * (p.hi - p.lo) * node) /
                  g.scale);
  }
  y.resize(a.size());
  f(a, y);
  for (double& v : a) v *= w.sign;
  std::size_t i = 0;
  for (int k = from; k < to; ++k) {
    Part& p = fit.parts[static_cast<std::size_t>(k)];
    if (p.flat) continue;
    Samples values;
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < kSamples; ++j, ++i) {
      least = std::min(least, std::fabs(y[i]));
      values[j] = w.p(y[i], a[i]);
      if (p.vanishes) values[j] /= a[i] * g.scale;
    }
    p.series = chebyshev_series(values);
    const int extra = p.vanishes ? 1 : 0;
    p.degree = extra +
               lowest_degree(p.series, tolerance_of(w, shape, g, p, g.middle(k), least), 1 - extra);
    fit.degree = std::max(fit.degree, p.degree);
  }
}

/// The whole grid; nothing once a segment needs more than degree `most`: those around 0, where
/// functions bend, are looked at first.
std::optional<Fit> fit_grid(const Sampler& f, const Shape& shape, const Writing& w, const Grid& g,
                            int most) {
  constexpr int kTogether = 8;
  Fit fit{g, {}, 1};
  for (int k = 0; k < g.size; ++k) fit.parts.push_back(part_of(w, shape, g, k));
  const int first = g.zero / kTogether * kTogether;
  for (int k = 0; k < g.size; k += kTogether) {
    const int from = (first + k) % g.size;
    sample_segments(f, shape, w, from, from + kTogether, fit);
    if (fit.degree > most) return std::nullopt;
  }
  return fit;
}

/// origin: where the powers' variable is 0, in v - middle; scale: its unit, in v.
void put(Segments& s, int entry, const Part& p, double origin, double scale) {
  Samples powers{};
  if (p.flat) {
    powers[0] = p.constant;
  } else if (p.vanishes) {
    const Samples q = powers_of(p.series, s.degree, p.lo, p.hi, origin);
    std::copy_n(q.begin(), kSamples - 1, powers.begin() + 1);
  } else {
    powers = powers_of(p.series, s.degree + 1, p.lo, p.hi, origin);
  }
  for (int k = 0; k <= s.degree; ++k)
    s.coefficients[k][entry] =
        static_cast<float>(powers[static_cast<std::size_t>(k)] * std::pow(scale, k));
}

bool is_low(const Shape& shape) { return shape.fit > 0x1p-20; }

Segments segments_of(const Writing& w, const Shape& shape, const Fit& fit, int degree) {
  const Grid& g = fit.grid;
  Segments s;
  s.form = w.form, s.finish = w.finish;
  s.size = g.size, s.degree = degree;
  s.scale = static_cast<float>(g.scale);
  s.magic = static_cast<float>(kUnit + g.place(g.zero));
  const auto at = [&](int k) { return static_cast<float>(g.middle(k) / g.scale); };
  s.low = w.form == Form::half ? 0 : std::min(at(0), at(g.size - 1));
  if (w.form == Form::both)
    s.low = shape.left.c[1] == 0 ? -at(g.size - 1) : -std::numeric_limits<float>::infinity();
  s.high = std::max(at(0), at(g.size - 1));
  s.slope = static_cast<float>(w.finish == Finish::negative ? shape.left.c[1] : shape.right.c[1]);
  s.middle = static_cast<float>(w.form == Form::sided ? shape.right.c[0] : shape.at_zero);
  s.left_limit = shape.left.limit(-1), s.right_limit = shape.right.limit(1);
  std::ranges::fill(s.breaks, std::numeric_limits<float>::infinity());
  std::ranges::fill(s.origins, 0.0F);
  for (auto& c : s.coefficients) std::ranges::fill(c, 0.0F);
  const bool direct = is_low(shape) && degree <= Segments::kDirectDegree;
  for (int k = 0; k < g.size; ++k)
    put(s, g.entry(k), fit.parts[static_cast<std::size_t>(k)], direct ? -g.middle(k) : 0,
        direct ? g.scale : 1);
  return s;
}

double as_float(double v) { return static_cast<double>(static_cast<float>(v)); }

/// Grids that reach both ends, a choice of where they are narrow.
std::vector<Grid> grids(const Shape& s, Form form, int size) {
  std::vector<Grid> all;
  for (const int eighths : {4, 6, 2, 8}) {
    Grid g{size, size * eighths / 8, 0, 1};
    if (form != Form::full) {
      const double reach = form == Form::sided ? -s.left.end : std::max(s.right.end, -s.left.end);
      g.scale = as_float(g.border(size - 2) / reach * (form == Form::sided ? -1 : 1));
      all.push_back(g);
      continue;
    }
    for (const double sign : {1.0, -1.0}) {
      const double before = sign > 0 ? -s.left.end : s.right.end;
      const double behind = sign > 0 ? s.right.end : -s.left.end;
      Grid best{size, size * eighths / 8, 0, 0};
      for (g.zero = 1; g.zero + 1 < size; ++g.zero) {
        const double scale = std::min(-g.border(0) / before, g.border(size - 2) / behind);
        if (scale > best.scale) best.zero = g.zero, best.scale = scale;
      }
      best.scale = as_float(sign * best.scale);
      all.push_back(best);
    }
  }
  return all;
}

/// Sizes and degrees that the loops have, the cheapest first.
struct Offer {
  int size, degree;
};
constexpr Offer kOffers[] = {{16, 3}, {32, 3}, {16, 4}, {32, 4}, {32, 5}, {32, 6}};
constexpr Offer kLowOffers[] = {{16, 1}, {32, 1}, {16, 2}, {32, 2}, {16, 3}, {32, 3}, {32, 4}};

/// The highest degree on offer for a size; 0: none.
int most_degree(std::span<const Offer> offers, int size) {
  int most = 0;
  for (const Offer& o : offers)
    if (o.size == size) most = std::max(most, o.degree);
  return most;
}

/// The best of one writing among the offers; they end before what was found.
std::optional<Segments> best_of(const Sampler& f, const Shape& shape, const Writing& w,
                                std::span<const Offer>& offers) {
  std::optional<Segments> best;
  for (const int size : {32, 16}) {
    // Half as many segments take a higher degree.
    if (size == 16 && (w.form == Form::full || (best && best->degree > 4))) continue;
    for (Grid g : grids(shape, w.form, size)) {
      const int most = most_degree(offers, size);
      if (most == 0) break;
      // v runs against a on flipped full grids: what comes before is behind.
      Writing written = w;
      if (w.form == Form::full && g.scale < 0) {
        std::swap(written.before, written.after);
        if (w.last_fitted) continue;
      }
      const auto fit = fit_grid(f, shape, written, g, most);
      if (!fit) continue;
      const auto found = std::ranges::find_if(
          offers, [&](const Offer& o) { return o.size == size && fit->degree <= o.degree; });
      best = segments_of(written, shape, *fit, found->degree);
      offers = {offers.begin(), found};
      if (offers.empty()) return best;
    }
  }
  return best;
}

/// The same of a pair of writings, half of the table each.
std::optional<Segments> best_of(const Sampler& f, const Shape& shape,
                                const std::array<Writing, 2>& pair,
                                std::span<const Offer>& offers) {
  constexpr int kHalf = Segments::kMost / 2;
  std::optional<Segments> best;
  for (const Grid& g : grids(shape, Form::both, kHalf)) {
    const int most = most_degree(offers, Segments::kMost);
    if (most == 0) break;
    const auto right = fit_grid(f, shape, pair[0], g, most);
    const auto left = right ? fit_grid(f, shape, pair[1], g, most) : std::nullopt;
    if (!left) continue;
    const auto found = std::ranges::find_if(offers, [&](const Offer& o) {
      return o.size == Segments::kMost && std::max(right->degree, left->degree) <= o.degree;
    });
    best = segments_of(pair[0], shape, *right, found->degree);
    const Segments negative = segments_of(pair[1], shape, *left, found->degree);
    for (int k = 0; k <= best->degree; ++k)
      std::copy_n(negative.coefficients[k], kHalf, best->coefficients[k] + kHalf);
    best->size = Segments::kMost;
    offers = {offers.begin(), found};
    if (offers.empty()) break;
  }
  return best;
}

}  // namespace

std::optional<Segments> fit_rounded(const Sampler& f, const Shape& shape) {
  if (!is_line(shape.left) || !is_line(shape.right)) return std::nullopt;
  const bool kink_at_zero = !shape.corners.empty() && std::fabs(shape.corners.front()) < 1e-40F;
  if (shape.corners.size() > (kink_at_zero ? 1U : 0U)) return std::nullopt;
  std::optional<Segments> best;
  std::span<const Offer> offers = is_low(shape) ? std::span<const Offer>(kLowOffers) : kOffers;
  for (const Writing& w : single_writings(f, shape, kink_at_zero))
    if (auto found = best_of(f, shape, w, offers)) best = found;
  if (shape.symmetry != Symmetry::none) return best;
  for (const auto& pair : paired_writings(f, shape))
    if (auto found = best_of(f, shape, pair, offers)) best = found;
  return best;
}

std::vector<float> rounded_borders(const Segments& s) {
  const double magic = static_cast<double>(s.magic), scale = static_cast<double>(s.scale);
  const double first = static_cast<double>(s.form == Form::full && scale > 0 ? s.low
                                           : s.form == Form::full            ? s.high
                                                                             : 0.0F);
  std::vector<float> borders;
  float u = static_cast<float>(first * scale + magic);
  const int segments = s.form == Form::both ? s.size / 2 : s.size;
  for (int k = 0; k + 1 < segments; ++k) {
    const float next = std::nextafter(u, std::numeric_limits<float>::infinity());
    const double middle = 0.5 * (static_cast<double>(u) + static_cast<double>(next));
    borders.push_back(static_cast<float>((middle - magic) / scale));
    if (s.form == Form::half || s.form == Form::both) borders.push_back(-borders.back());
    u = next;
  }
  std::ranges::sort(borders);
  return borders;
}

}  // namespace antigrad::kernels
