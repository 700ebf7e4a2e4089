// Student's t by the incomplete beta function (Numerical Recipes 6.4), Holm 1979, Spearman 1904.
#include "search/statistics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// std::lgamma leaves the sign in a global that threads would share.
double log_gamma(double x) {
  int sign = 0;
  return ::lgamma_r(x, &sign);
}

// Lentz's method for the continued fraction of the incomplete beta function.
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  const auto away_from_zero = [](double v) { return std::abs(v) < kTiny ? kTiny : v; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double h = d;
  for (int m = 1; m <= 10000; ++m) {
    for (const bool even : {true, false}) {
      const double k = even ? m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
                            : -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
      d = 1 / away_from_zero(1 + k * d);
      c = away_from_zero(1 + k / c);
      h *= d * c;
    }
    if (std::abs(d * c - 1) < 1e-15) break;
  }
  return h;
}

// Ranks from 1; equal values share the mean of theirs.
std::vector<double> ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return values[i] < values[j]; });
  std::vector<double> rank(values.size());
  for (std::size_t i = 0; i < order.size();) {
    std::size_t j = i;
    while (j < order.size() && values[order[j]] == values[order[i]]) ++j;
    for (std::size_t k = i; k < j; ++k) rank[order[k]] = static_cast<double>(i + j + 1) / 2;
    i = j;
  }
  return rank;
}

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) return kNan;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double median(std::span<const double> values) {
  if (values.empty()) return kNan;
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  return sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

double standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return kNan;
  const double m = mean(values);
  double sum = 0;
  for (const double v : values) sum += (v - m) * (v - m);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double incomplete_beta(double a, double b, double x) {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const double front = std::exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * std::log(x) +
                                b * std::log1p(-x));
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double student_p(double t, double freedom) {
  if (std::isnan(t)) return kNan;
  if (std::isinf(t)) return 0;
  return incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t));
}

double student_quantile(double level, double freedom) {
  double lo = 0;
  double hi = 1;
  while (student_p(hi, freedom) > 1 - level) hi *= 2;
  for (int i = 0; i < 200 && hi - lo > 1e-15 * hi; ++i) {
    const double middle = (lo + hi) / 2;
    (student_p(middle, freedom) > 1 - level ? lo : hi) = middle;
  }
  return (lo + hi) / 2;
}

double half_width(std::span<const double> values, double level) {
  if (values.size() < 2) return kInfinity;
  const double n = static_cast<double>(values.size());
  return student_quantile(level, n - 1) * standard_deviation(values) / std::sqrt(n);
}

double mean_p(std::span<const double> values) {
  if (values.size() < 2) return 1;
  const double n = static_cast<double>(values.size());
  const double error = standard_deviation(values) / std::sqrt(n);
  const double m = mean(values);
  if (error == 0) return m == 0 ? 1 : 0;
  return student_p(m / error, n - 1);
}

std::vector<double> holm(std::span<const double> p) {
  std::vector<double> adjusted(p.size());
  const auto known = [&](std::size_t i) { return std::isnan(p[i]) ? 1.0 : p[i]; };
  std::vector<std::size_t> order(p.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return known(i) < known(j); });
  double highest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    highest = std::max(highest, static_cast<double>(p.size() - k) * known(order[k]));
    adjusted[order[k]] = std::min(1.0, highest);
  }
  return adjusted;
}

double spearman(std::span<const double> a, std::span<const double> b) {
  if (a.size() != b.size()) {
    throw space::Error(
        fmt::format("spearman: expected equally many values, got {} and {}", a.size(), b.size()));
  }
  if (a.size() < 2) return kNan;
  const std::vector<double> x = ranks(a);
  const std::vector<double> y = ranks(b);
  const double middle = mean(x);
  double xy = 0, xx = 0, yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - middle) * (y[i] - middle);
    xx += (x[i] - middle) * (x[i] - middle);
    yy += (y[i] - middle) * (y[i] - middle);
  }
  return xx == 0 || yy == 0 ? kNan : xy / std::sqrt(xx * yy);
}

}  // namespace antigrad::search
