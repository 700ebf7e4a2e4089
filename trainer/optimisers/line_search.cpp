// Signs alone.
#include "trainer/optimisers/line_search.hpp"

#include <algorithm>
#include <cmath>

namespace antigrad::trainer {
namespace {

constexpr double kAccepted = 0.9;  // c2 of the paper

}  // namespace

double largest_step(double direction_norm) {
  return std::max(kLeastStep, std::min(1 / direction_norm, kLargestStep));
}

LineSearch gradient_only_search(double first, double largest, double slope,
                                const std::function<double(double)>& slope_at) {
  LineSearch search{std::clamp(first, kLeastStep, largest), 0};
  const auto probe = [&] {
    ++search.probes;
    return slope_at(search.step);
  };
  double now = probe();
  if (now > 0 && now < kAccepted * std::abs(slope)) return search;
  if (now < 0) {
    while (now < 0 && 2 * search.step <= largest) {
      search.step *= 2;
      now = probe();
    }
    return search;
  }
  while (!(now < 0) && search.step / 2 >= kLeastStep) {
    search.step /= 2;
    now = probe();
  }
  return search;
}

}  // namespace antigrad::trainer
