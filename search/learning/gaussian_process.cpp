// Evidence by Cholesky's factorisation, its maximum by steps along one logarithm after the other.
#include "search/learning/gaussian_process.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace antigrad::search {

GaussianProcess::GaussianProcess(Matrix x, std::span<const double> y, std::span<const double> noise,
                                 Groups groups)
    : x_(std::move(x)),
      y_(y.begin(), y.end()),
      noise_(noise.begin(), noise.end()),
      groups_(std::move(groups)) {
  const auto n = static_cast<double>(y_.size());
  for (const double v : y_) location_ += v / n;
  double squares = 0;
  for (const double v : y_) squares += (v - location_) * (v - location_) / n;
  if (squares > 0) scale_ = std::sqrt(squares);
  for (double& v : y_) v = (v - location_) / scale_;
  for (std::size_t i = 0; i < y_.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) distances_.push_back(distances(x_.row(i), x_.row(j)));
  fit();
}

// Squared, a mean over the group, so that long groups are not far apart by their length.
std::vector<double> GaussianProcess::distances(std::span<const double> a,
                                               std::span<const double> b) const {
  std::vector<double> by_group;
  std::size_t k = 0;
  for (const std::size_t size : groups_) {
    double sum = 0;
    for (const std::size_t end = k + size; k < end; ++k) sum += (a[k] - b[k]) * (a[k] - b[k]);
    by_group.push_back(sum / static_cast<double>(size));
  }
  return by_group;
}

double GaussianProcess::kernel(std::span<const double> by_group, const Fit& fit) const {
  double squared = 0;
  for (std::size_t g = 0; g < by_group.size(); ++g)
    squared += by_group[g] / (fit.lengths[g] * fit.lengths[g]);
  const double r = std::sqrt(5 * squared);
  return (1 + r + r * r / 3) * std::exp(-r);
}

// The response's variance is the most likely one given the rest. Priors: log lengths around log 1
// and log noise around log 0.1, each normal with deviation 1.5.
double GaussianProcess::log_evidence(const Fit& fit, Matrix* factor, std::vector<double>* weights,
                                     double* variance) const {
  const std::size_t n = y_.size();
  Matrix k(n, n);
  std::size_t pair = 0;
  for (std::size_t i = 0; i < n; ++i) {
    k(i, i) = 1 + fit.noise * noise_[i] + 1e-9;
    for (std::size_t j = 0; j < i; ++j) k(i, j) = k(j, i) = kernel(distances_[pair++], fit);
  }
  Matrix l = cholesky(k);
  if (l.rows() == 0) return -std::numeric_limits<double>::infinity();
  std::vector<double> half = solve_lower(l, y_);
  double fitted = 1, log_determinant = 0;  // one more point: a variance near 1
  for (const double v : half) fitted += v * v;
  fitted /= static_cast<double>(n + 1);
  for (std::size_t i = 0; i < n; ++i) log_determinant += 2 * std::log(l(i, i));
  double evidence = -0.5 * (log_determinant + static_cast<double>(n + 1) * std::log(fitted));
  const auto prior = [](double log) { return -log * log / (2 * 1.5 * 1.5); };
  for (const double length : fit.lengths) evidence += prior(std::log(length));
  evidence += prior(std::log(fit.noise / 0.1));
  if (factor != nullptr) *factor = std::move(l);
  if (weights != nullptr) *weights = std::move(half);
  if (variance != nullptr) *variance = fitted;
  return evidence;
}

void GaussianProcess::fit() {
  fit_.lengths.assign(groups_.size(), 1);
  double best = log_evidence(fit_, nullptr, nullptr, nullptr);
  const auto better = [&](double& number, double factor) {
    const double before = number;
    number *= factor;
    const double evidence = log_evidence(fit_, nullptr, nullptr, nullptr);
    if (evidence > best) {
      best = evidence;
      return true;
    }
    number = before;
    return false;
  };
  for (const double step : {3.0, 1.6}) {
    for (int round = 0; round < 2; ++round) {
      for (std::size_t g = 0; g <= groups_.size(); ++g) {
        double& number = g < groups_.size() ? fit_.lengths[g] : fit_.noise;
        if (!better(number, step)) better(number, 1 / step);
      }
    }
  }
  log_evidence(fit_, &factor_, &weights_, &variance_);
  weights_ = solve_upper(factor_, weights_);
}

GaussianProcess::Prediction GaussianProcess::predict(std::span<const double> point) const {
  std::vector<double> k(y_.size());
  double mean = 0;
  for (std::size_t i = 0; i < k.size(); ++i) {
    k[i] = kernel(distances(point, x_.row(i)), fit_);
    mean += k[i] * weights_[i];
  }
  double left = 1;
  for (const double v : solve_lower(factor_, k)) left -= v * v;
  return {location_ + scale_ * mean, scale_ * std::sqrt(variance_ * std::max(left, 1e-12))};
}

double GaussianProcess::noise() const { return scale_ * std::sqrt(variance_ * fit_.noise); }

double expected_improvement(const GaussianProcess::Prediction& prediction, double best) {
  const double gain = best - prediction.mean, z = gain / prediction.deviation;
  const double below = 0.5 * std::erfc(-z / std::numbers::sqrt2);
  const double density =
      std::exp(-0.5 * z * z) * 0.5 * std::numbers::inv_sqrtpi * std::numbers::sqrt2;
  return std::max(0.0, gain * below + prediction.deviation * density);
}

}  // namespace antigrad::search
