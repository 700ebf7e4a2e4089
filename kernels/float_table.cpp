// Greedy: a segment grows over the table's own segments while one polynomial fits, and is halved
// where none does. Kinks lie on the table's breaks, so no segment that fits can hide one.
#include "kernels/float_table.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>

namespace antigrad::kernels {
namespace {

constexpr std::size_t kFewSegments = 32;
constexpr double kTolerance = 0x1p-26;

struct Segment {
  double lo, hi;
  double origin;                     // the end nearer to 0
  std::vector<double> coefficients;  // of t = x - origin
};

/// Newton's interpolation of ys at ts, as powers of t.
std::vector<double> interpolate(const std::vector<double>& ts, std::vector<double> ys) {
  const std::size_t n = ts.size();
  for (std::size_t level = 1; level < n; ++level)
    for (std::size_t i = n - 1; i >= level; --i)
      ys[i] = (ys[i] - ys[i - 1]) / (ts[i] - ts[i - level]);
  std::vector<double> powers{ys[n - 1]};
  for (std::size_t i = n - 1; i-- > 0;) {
    powers.insert(powers.begin(), 0.0);
    for (std::size_t k = 0; k + 1 < powers.size(); ++k) powers[k] -= ts[i] * powers[k + 1];
    powers[0] += ys[i];
  }
  return powers;
}

double polynomial(const std::vector<double>& c, double t) {
  double y = 0;
  for (std::size_t k = c.size(); k-- > 0;) y = y * t + c[k];
  return y;
}

bool fits(const space::Table& table, const Segment& s) {
  constexpr int kChecks = 33;
  const double start = s.coefficients[0];
  const double change = std::fabs(table.value(s.lo == s.origin ? s.hi : s.lo) - start);
  for (int i = 0; i < kChecks; ++i) {
    const double x = s.lo + (s.hi - s.lo) * i / (kChecks - 1);
    const double want = table.value(x), got = polynomial(s.coefficients, x - s.origin);
    const double size = std::fabs(want) + std::min(change / 16, std::max(1.0, std::fabs(start)));
    if (!(std::fabs(got - want) <= kTolerance * size)) return false;
  }
  return true;
}

/// P(origin) + t q(t), q through (P - P(origin)) / t at Chebyshev points.
std::optional<Segment> fit(const space::Table& table, double lo, double hi, int degree) {
  Segment s{lo, hi, std::fabs(lo) <= std::fabs(hi) ? lo : hi, {}};
  const double start = table.value(s.origin);
  std::vector<double> ts, ys;
  for (int i = 0; i < degree; ++i) {
    const double u = std::cos(std::numbers::pi * (i + 0.5) / degree);
    const double x = 0.5 * (lo + hi) + 0.5 * (hi - lo) * u;
    ts.push_back(x - s.origin);
    ys.push_back((table.value(x) - start) / ts.back());
  }
  s.coefficients = interpolate(ts, std::move(ys));
  s.coefficients.insert(s.coefficients.begin(), start);
  if (!fits(table, s)) return std::nullopt;
  return s;
}

/// The longest segment from lo to one of the next breaks, else a part of the first.
Segment longest(const space::Table& table, const std::vector<double>& breaks, double lo,
                int degree) {
  const auto next_break =
      static_cast<std::size_t>(std::ranges::upper_bound(breaks, lo) - breaks.begin());
  for (std::size_t reach = 16; reach > 0; reach /= 2) {
    const std::size_t j = next_break + reach - 1;
    if (j >= breaks.size() || (lo < 0 && breaks[j] > 0)) continue;
    if (auto s = fit(table, lo, breaks[j], degree)) return *s;
  }
  double hi = breaks[next_break];
  for (int halvings = 0; halvings < 30; ++halvings) {
    hi = 0.5 * (lo + hi);
    if (auto s = fit(table, lo, hi, degree)) return *s;
  }
  // Below the resolution of the table itself: a straight line.
  const double start = table.value(lo);
  return {lo, hi, lo, {start, (table.value(hi) - start) / (hi - lo)}};
}

/// With 0 among the breaks, so that P is relatively exact where it vanishes.
std::vector<double> breaks_of(const space::Table& table) {
  auto breaks = table.breaks();
  const auto at = std::ranges::lower_bound(breaks, 0.0);
  if (at != breaks.begin() && at != breaks.end() && *at != 0) breaks.insert(at, 0.0);
  return breaks;
}

std::vector<Segment> refit(const space::Table& table, int degree) {
  const std::vector<double> breaks = breaks_of(table);
  std::vector<Segment> segments;
  double lo = breaks.front();
  while (lo < breaks.back()) {
    segments.push_back(longest(table, breaks, lo, degree));
    lo = segments.back().hi;
  }
  return segments;
}

}  // namespace

FloatTable make_float_table(const space::Table& table) {
  constexpr int kLowest = 4, kHighest = 8;
  std::vector<Segment> segments;
  int degree = kLowest;
  for (; degree <= kHighest; ++degree) {
    segments = refit(table, degree);
    if (segments.size() <= kFewSegments) break;
  }
  FloatTable out;
  out.coefficients.resize(static_cast<std::size_t>(std::min(degree, kHighest)) + 1);
  for (const Segment& s : segments) {
    if (s.lo != segments.front().lo) out.breaks.push_back(static_cast<float>(s.lo));
    out.origins.push_back(static_cast<float>(s.origin));
    for (std::size_t k = 0; k < out.coefficients.size(); ++k)
      out.coefficients[k].push_back(
          k < s.coefficients.size() ? static_cast<float>(s.coefficients[k]) : 0.0F);
  }
  return out;
}

}  // namespace antigrad::kernels
