// The equations' numbers are those of arXiv:1604.00772v2.
#include "search/samplers/cma_state.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace antigrad::search {
namespace {

double norm(std::span<const double> v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

}  // namespace

CmaState::CmaState(std::vector<double> mean, double width, int population)
    : population_(population),
      parents_(population / 2),
      mean_(std::move(mean)),
      path_(mean_.size(), 0),
      path_sigma_(mean_.size(), 0),
      sigma_(width),
      covariance_(Matrix::identity(mean_.size())) {
  const auto n = static_cast<double>(mean_.size());
  double sum = 0, squares = 0, sum_negative = 0, squares_negative = 0;
  for (int i = 0; i < population_; ++i) {
    const double w = std::log((population_ + 1) / 2.0) - std::log(i + 1);  // (49)
    weights_.push_back(w);
    (i < parents_ ? sum : sum_negative) += w;
    (i < parents_ ? squares : squares_negative) += w * w;
  }
  mass_ = sum * sum / squares;
  const double mass_negative = sum_negative * sum_negative / squares_negative;
  rate_one_ = 2 / ((n + 1.3) * (n + 1.3) + mass_);  // (57)
  rate_mu_ = std::min(1 - rate_one_ - 1e-8,
                      2 * (mass_ - 2 + 1 / mass_) / ((n + 2) * (n + 2) + mass_));  // (58)
  const double most_negative =
      std::min({1 + rate_one_ / rate_mu_, 1 + 2 * mass_negative / (mass_ + 2),
                (1 - rate_one_ - rate_mu_) / (n * rate_mu_)});  // (50) to (52)
  double positive = 0, negative = 0;
  for (const double w : weights_) (w > 0 ? positive : negative) += std::abs(w);
  for (double& w : weights_) w *= w > 0 ? 1 / positive : most_negative / negative;  // (53)
  rate_sigma_ = (mass_ + 2) / (n + mass_ + 5);                                      // (55)
  damping_ = 1 + 2 * std::max(0.0, std::sqrt((mass_ - 1) / (n + 1)) - 1) + rate_sigma_;
  rate_path_ = (4 + mass_ / n) / (n + 4 + 2 * mass_ / n);  // (56)
  expected_norm_ = std::sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));
  decompose();
}

// Rounding may leave a value at or below zero.
void CmaState::decompose() {
  axes_ = eigen(covariance_);
  for (double& value : axes_.values) value = std::sqrt(std::max(value, 1e-20));
}

double CmaState::deviation(std::size_t i) const { return sigma_ * std::sqrt(covariance_(i, i)); }

bool CmaState::converged() const {
  constexpr double kNarrow = 1e-7, kFlat = 1e-9, kIll = 1e7;  // kIll: of deviations
  const auto [least, most] = std::ranges::minmax(axes_.values);
  if (sigma_ * most < kNarrow || most > kIll * least) return true;
  const std::size_t window =
      10 +
      static_cast<std::size_t>(std::ceil(30.0 * static_cast<double>(mean_.size()) / population_));
  if (bests_.size() < window) return false;
  const auto [low, high] = std::ranges::minmax(std::span(bests_).last(window));
  return std::max(spread_, high - low) <= kFlat * (std::abs(low) + kFlat);
}

std::vector<double> CmaState::draw(space::Random& random) const {
  const std::size_t n = mean_.size();
  std::vector<double> z(n), x = mean_;
  for (std::size_t j = 0; j < n; ++j) z[j] = axes_.values[j] * random.normal();
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) x[i] += sigma_ * axes_.vectors(i, j) * z[j];
  return x;
}

std::vector<double> CmaState::whitened(std::span<const double> y) const {
  const std::size_t n = y.size();
  std::vector<double> out(n, 0);
  for (std::size_t j = 0; j < n; ++j) {
    double along = 0;
    for (std::size_t i = 0; i < n; ++i) along += axes_.vectors(i, j) * y[i];
    along /= axes_.values[j];
    for (std::size_t i = 0; i < n; ++i) out[i] += axes_.vectors(i, j) * along;
  }
  return out;
}

void CmaState::update(std::vector<std::pair<std::vector<double>, double>> generation) {
  std::ranges::stable_sort(generation, {}, [](const auto& one) { return one.second; });
  bests_.push_back(generation.front().second);
  spread_ = generation.back().second - generation.front().second;
  const std::size_t n = mean_.size();
  const auto dimension = static_cast<double>(n);
  const double longest = std::sqrt(dimension) + 2 * dimension / (dimension + 2);
  std::vector<double> lengths;
  for (auto& [y, value] : generation) {
    for (std::size_t i = 0; i < n; ++i) y[i] = (y[i] - mean_[i]) / sigma_;
    const double length = norm(whitened(y));
    if (length > longest)
      for (double& step : y) step *= longest / length;
    lengths.push_back(std::min(length, longest));
  }
  std::vector<double> step(n, 0);  // (41)
  for (int k = 0; k < parents_; ++k)
    for (std::size_t i = 0; i < n; ++i)
      step[i] +=
          weights_[static_cast<std::size_t>(k)] * generation[static_cast<std::size_t>(k)].first[i];
  for (std::size_t i = 0; i < n; ++i) mean_[i] += sigma_ * step[i];  // (42)

  ++generation_;
  const std::vector<double> white = whitened(step);
  const double c = rate_sigma_;
  for (std::size_t i = 0; i < n; ++i)
    path_sigma_[i] = (1 - c) * path_sigma_[i] + std::sqrt(c * (2 - c) * mass_) * white[i];  // (43)
  const double length = norm(path_sigma_);
  const double grown = std::sqrt(1 - std::pow(1 - c, 2.0 * (generation_ + 1)));
  const bool calm = length / grown < (1.4 + 2 / (dimension + 1)) * expected_norm_;
  sigma_ *= std::exp(std::min(1.0, c / damping_ * (length / expected_norm_ - 1)));  // (44)
  for (std::size_t i = 0; i < n; ++i)                                               // (45)
    path_[i] = (1 - rate_path_) * path_[i] +
               (calm ? std::sqrt(rate_path_ * (2 - rate_path_) * mass_) * step[i] : 0);

  const double lost = calm ? 0 : rate_path_ * (2 - rate_path_);
  const double sum = std::accumulate(weights_.begin(), weights_.end(), 0.0);
  const double kept = 1 + rate_one_ * lost - rate_one_ - rate_mu_ * sum;
  std::vector<double> weights = weights_;  // (46)
  for (std::size_t k = 0; k < weights.size(); ++k)
    if (weights[k] < 0)
      weights[k] *=
          dimension / std::max(lengths[k] * lengths[k], std::numeric_limits<double>::min());
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double update = rate_one_ * path_[i] * path_[j];
      for (std::size_t k = 0; k < weights.size(); ++k)
        update += rate_mu_ * weights[k] * generation[k].first[i] * generation[k].first[j];
      covariance_(i, j) = covariance_(j, i) = kept * covariance_(i, j) + update;  // (47)
    }
  }
  decompose();
}

}  // namespace antigrad::search
