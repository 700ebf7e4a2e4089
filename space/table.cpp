#include "space/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "space/certify.hpp"
#include "space/error.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

constexpr int kPoints = kTablePoints;
constexpr int kMaxDepth = 20;  // halvings of a segment
constexpr double kTolerance =
    2e-14;  // of a segment's last Chebyshev coefficients, relative to the local size of h
constexpr double kProved = 1e-14;  // error of a segment, relative to its width times the size of h
constexpr double kWidest = 6;      // a wider segment's error can hardly be bounded
constexpr std::size_t kMaxSegments = 500;
constexpr double kLargestBound = 1e-12;

double polynomial(const std::vector<double>& c, double x) {
  double y = 0;
  for (std::size_t k = c.size(); k-- > 0;) y = y * x + c[k];
  return y;
}

using Points = std::array<double, kPoints>;

/// cos(pi k (j + 1/2) / n), row k.
const std::array<Points, kPoints>& cosines() {
  static const auto table = [] {
    std::array<Points, kPoints> c{};
    for (int k = 0; k < kPoints; ++k)
      for (int j = 0; j < kPoints; ++j)
        c[k][j] = std::cos(std::numbers::pi * k * (j + 0.5) / kPoints);
    return c;
  }();
  return table;
}

/// Chebyshev coefficients of h on [lo, hi] from its values at the Chebyshev points (never the ends,
/// where h may jump).
Points chebyshev(const Expr& h, double lo, double hi) {
  Points values, c{};
  for (int j = 0; j < kPoints; ++j)
    values[j] = space::value(h, 0.5 * (lo + hi) + 0.5 * (hi - lo) * cosines()[1][j]);
  for (int k = 0; k < kPoints; ++k) {
    for (int j = 0; j < kPoints; ++j) c[k] += values[j] * cosines()[k][j];
    c[k] *= (k == 0 ? 1.0 : 2.0) / kPoints;
  }
  return c;
}

/// The Chebyshev series on [lo, hi] as a polynomial in (x - origin), origin one of the ends; then
/// its antiderivative, 0 at the origin.
std::vector<double> integrate_series(const Points& c, double lo, double hi, double origin) {
  std::vector<double> before{1}, now{0, 1}, sum(kPoints, 0.0);  // T_0, T_1 in s on [-1, 1]
  sum[0] = c[0];
  for (int k = 1; k < kPoints; ++k) {
    for (std::size_t i = 0; i < now.size(); ++i) sum[i] += c[k] * now[i];
    std::vector<double> next(now.size() + 1, 0.0);
    for (std::size_t i = 0; i < now.size(); ++i) next[i + 1] += 2 * now[i];
    for (std::size_t i = 0; i < before.size(); ++i) next[i] -= before[i];
    before = std::move(now);
    now = std::move(next);
  }
  const double s0 = origin == lo ? -1 : 1, half = 0.5 * (hi - lo);
  for (std::size_t i = 0; i + 1 < sum.size();
       ++i)  // Taylor shift to s0 by repeated synthetic division
    for (std::size_t k = sum.size() - 1; k-- > i;) sum[k] += s0 * sum[k + 1];
  std::vector<double> out(kPoints + 1, 0.0);
  double scale = 1;
  for (int k = 0; k < kPoints; ++k, scale /= half) out[k + 1] = sum[k] * scale / (k + 1);
  return out;
}

std::vector<double> integral_of(const std::vector<double>& tail) {
  std::vector<double> out{0};
  for (std::size_t k = 0; k < tail.size(); ++k) out.push_back(tail[k] / static_cast<double>(k + 1));
  return out;
}

}  // namespace

std::shared_ptr<const Table> Table::make(const Expr& h, std::vector<double> kinks,
                                         const TailPolynomials& tails) {
  auto table = std::make_shared<Table>();
  table->h_ = h;
  std::vector<double> ends{tails.left_end, 0, tails.right_end};
  ends.insert(ends.end(), kinks.begin(), kinks.end());
  std::ranges::sort(ends);
  ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
  table->breaks_.push_back(ends.front());
  for (std::size_t i = 0; i + 1 < ends.size(); ++i) table->add_segments(ends[i], ends[i + 1], 0);
  table->chain_constants();
  table->make_tails(tails);
  table->bound_ = certified_error(*table, table->errors_, tails.error);
  if (!(table->bound_ <= kLargestBound))
    throw Error(fmt::format("the integral of {} could be tabulated only to a relative error of {}",
                            to_string(h), table->bound_));
  return table;
}

void Table::add_segments(double lo, double hi, int depth) {
  const Points c = chebyshev(h_, lo, hi);
  double size = 1e-300;
  for (const double v : c) size = std::max(size, std::fabs(v));
  const double rest = std::fabs(c[kPoints - 1]) + std::fabs(c[kPoints - 2]);
  if (!std::isfinite(size))
    throw Error(fmt::format("the integrand is not finite on [{}, {}]", lo, hi));
  if (coefficients_.size() > kMaxSegments)
    throw Error(fmt::format(
        "the integrand needs more than {} segments near x = {}: it is not smooth enough there",
        kMaxSegments, lo));
  const double origin = lo >= 0 ? lo : hi, enough = kProved * std::max(size, 1.0) * (hi - lo);
  const bool rough = rest > kTolerance * std::max(size, 0.1) || hi - lo > kWidest;
  if (!rough || depth == kMaxDepth) {
    auto polynomial = integrate_series(c, lo, hi, origin);
    const SegmentError error = segment_error(h_, {lo, hi, origin, polynomial}, enough);
    if (error.smooth <= enough || depth == kMaxDepth) {
      breaks_.push_back(hi);
      origins_.push_back(origin);
      coefficients_.push_back(std::move(polynomial));
      errors_.push_back(error.smooth + error.kink);
      return;
    }
  }
  const double middle = 0.5 * (lo + hi);
  add_segments(lo, middle, depth + 1);
  add_segments(middle, hi, depth + 1);
}

/// P(0) = 0, continuous: outwards from the segments that touch 0.
void Table::chain_constants() {
  const auto zero = static_cast<std::size_t>(std::ranges::find(breaks_, 0.0) - breaks_.begin());
  double p = 0;
  for (std::size_t i = zero; i < origins_.size(); ++i) {
    coefficients_[i][0] = p;
    p = polynomial(coefficients_[i], breaks_[i + 1] - origins_[i]);
  }
  p = 0;
  for (std::size_t i = zero; i-- > 0;) {
    coefficients_[i][0] = p;
    p = polynomial(coefficients_[i], breaks_[i] - origins_[i]);
  }
}

void Table::make_tails(const TailPolynomials& tails) {
  left_ = integral_of(tails.left);
  right_ = integral_of(tails.right);
  left_[0] = polynomial(coefficients_.front(), breaks_.front() - origins_.front()) -
             polynomial(left_, breaks_.front());
  right_[0] = polynomial(coefficients_.back(), breaks_.back() - origins_.back()) -
              polynomial(right_, breaks_.back());
}

double Table::value(double x) const {
  if (std::isnan(x)) return x;
  if (x <= breaks_.front() || x >= breaks_.back()) {
    const auto& tail = x < 0 ? left_ : right_;
    if (!std::isinf(x)) return polynomial(tail, x);
    std::size_t top = tail.size();
    while (top > 1 && tail[top - 1] == 0) --top;
    return top <= 1 ? tail[0] : tail[top - 1] * std::pow(x, static_cast<double>(top - 1));
  }
  const auto it = std::upper_bound(breaks_.begin(), breaks_.end(), x);
  const auto i = static_cast<std::size_t>(it - breaks_.begin()) - 1;
  return polynomial(coefficients_[i], x - origins_[i]);
}

}  // namespace antigrad::space
