// Adam on a few numbers (Kingma and Ba, arXiv 1412.6980, with their defaults).
#pragma once
#include <cmath>
#include <cstddef>
#include <vector>

namespace antigrad::trainer {

class Adam {
 public:
  Adam(std::size_t size, double rate) : rate_(rate), first_(size), second_(size) {}
  /// One step of x against the gradient, both of the size.
  void update(std::vector<double>& x, const std::vector<double>& gradient) {
    ++count_;
    for (std::size_t k = 0; k < x.size(); ++k) {
      first_[k] += (1 - kBeta1) * (gradient[k] - first_[k]);
      second_[k] += (1 - kBeta2) * (gradient[k] * gradient[k] - second_[k]);
      const double mean = first_[k] / (1 - std::pow(kBeta1, count_));
      const double square = second_[k] / (1 - std::pow(kBeta2, count_));
      x[k] -= rate_ * mean / (std::sqrt(square) + 1e-8);
    }
  }

 private:
  static constexpr double kBeta1 = 0.9, kBeta2 = 0.999;
  double rate_;
  std::vector<double> first_, second_;
  int count_ = 0;
};

}  // namespace antigrad::trainer
