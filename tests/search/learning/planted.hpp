// A planted response: how far a function's features are from a target's, with noise as a short
// training has it.
#pragma once
#include <cmath>
#include <string>
#include <vector>

#include "search/learning/features.hpp"
#include "space/random.hpp"

namespace antigrad::search {

class Planted {
 public:
  explicit Planted(const std::string& target) : target_(features_of(target)) {}
  double truth(const std::string& text) const {
    const std::vector<double> f = features_of(text);
    double sum = 0;
    for (std::size_t i = 0; i < 40; ++i) sum += (f[i] - target_[i]) * (f[i] - target_[i]) / 40;
    return std::sqrt(sum);
  }
  double measured(const std::string& text, std::uint64_t seed) const {
    space::Random random(space::child_seed(seed, text));
    return truth(text) + 0.02 * random.normal();
  }

 private:
  std::vector<double> target_;
};

}  // namespace antigrad::search
