// The normal distribution that CMA-ES draws from, and its update by one generation.
#pragma once
#include <span>
#include <utility>
#include <vector>

#include "search/learning/linear.hpp"
#include "space/random.hpp"

namespace antigrad::search {

class CmaState {
 public:
  /// The weights and rates are those of the source's table 1, negative weights included.
  CmaState(std::vector<double> mean, double width, int population);

  int population() const { return population_; }
  /// Of one coordinate.
  double deviation(std::size_t i) const;

  /// Whether more generations will find nothing: every deviation is below 1e-7 of its range, the
  /// covariance is conditioned worse than 1e14, or the values of the last generation and the best
  /// of the last 10 + 30 n / population ones lie within 1e-9 of their size (Hansen 2016, B.3).
  bool converged() const;

  /// A point.
  std::vector<double> draw(space::Random& random) const;

  /// One generation: points and their values, the lower the better; `population` many.
  void update(std::vector<std::pair<std::vector<double>, double>> generation);

 private:
  void decompose();
  std::vector<double> whitened(std::span<const double> y) const;  // C^(-1/2) y

  int population_, parents_;
  std::vector<double> weights_;
  double mass_;  // variance effective selection mass
  double rate_one_, rate_mu_, rate_path_, rate_sigma_, damping_, expected_norm_;

  std::vector<double> mean_, path_, path_sigma_;
  double sigma_;
  int generation_ = 0;
  double spread_ = 0;          // of values within the last generation
  std::vector<double> bests_;  // of generations, the latest last
  Matrix covariance_;
  Eigen axes_;  // of the covariance; values are deviations
};

}  // namespace antigrad::search
