// Regression by a Gaussian process with a Matern 5/2 kernel over groups of features (Rasmussen and
// Williams 2006): one length scale a group, their values and the noise's by the most likely, under
// weak priors.
#pragma once
#include <span>
#include <vector>

#include "search/learning/linear.hpp"

namespace antigrad::search {

/// Features are one vector; a group is a run of them that is measured by one length.
using Groups = std::vector<std::size_t>;  // sizes

class GaussianProcess {
 public:
  /// x: points by rows, of about unit size a feature. y: finite. noise: by point, the variance of
  /// its noise in units of the one that is fitted. At least one point.
  GaussianProcess(Matrix x, std::span<const double> y, std::span<const double> noise,
                  Groups groups);

  struct Prediction {
    double mean, deviation;  // of the noiseless response
  };
  Prediction predict(std::span<const double> point) const;

  /// By group; what distances are divided by.
  const std::vector<double>& lengths() const { return fit_.lengths; }
  /// Standard deviation of the noise where noise is 1.
  double noise() const;

 private:
  // Variance of the response 1; noise as a share of it.
  struct Fit {
    std::vector<double> lengths;
    double noise = 0.1;
  };
  std::vector<double> distances(std::span<const double> a, std::span<const double> b) const;
  double kernel(std::span<const double> by_group, const Fit& fit) const;
  double log_evidence(const Fit& fit, Matrix* factor, std::vector<double>* weights,
                      double* variance) const;
  void fit();

  Matrix x_;
  std::vector<double> y_, noise_;  // y: less its mean, divided by its deviation
  Groups groups_;
  double location_ = 0, scale_ = 1;
  std::vector<std::vector<double>> distances_;  // by pair i > j, squared, by group
  Fit fit_;
  Matrix factor_;                // of the covariance
  std::vector<double> weights_;  // covariance^-1 y
  double variance_ = 1;          // of the response
};

/// E max(best - Y, 0), Y normal: what is to be won below `best`.
double expected_improvement(const GaussianProcess::Prediction& prediction, double best);

}  // namespace antigrad::search
