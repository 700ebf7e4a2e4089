// Halton's sequence with random digits: coordinate d of point n is n written in the d-th prime,
// mirrored at the point, each digit's place with a permutation of its own.
#include <algorithm>
#include <numeric>

#include "search/samplers/parameters.hpp"

namespace antigrad::search {
namespace {

int next_prime(int after) {
  const auto prime = [](int n) {
    for (int d = 2; d * d <= n; ++d)
      if (n % d == 0) return false;
    return true;
  };
  int n = after + 1;
  while (!prime(n)) ++n;
  return n;
}

// Digit `digit` in base b under the permutation of this key (Fisher and Yates).
int permuted(int digit, int b, std::uint64_t key) {
  std::vector<int> order(static_cast<std::size_t>(b));
  std::iota(order.begin(), order.end(), 0);
  space::Random random(key);
  for (int i = b - 1; i > 0; --i)
    std::swap(order[static_cast<std::size_t>(i)],
              order[static_cast<std::size_t>(random.below(i + 1))]);
  return order[static_cast<std::size_t>(digit)];
}

// In [0, 1), to a double's last digit; leading zeros are permuted as well.
double coordinate(std::uint64_t n, int b, std::uint64_t key) {
  const auto base = static_cast<std::uint64_t>(b);
  double sum = 0, weight = 1;
  for (std::uint64_t place = 0; weight > 0x1p-54; ++place, n /= base) {
    weight /= b;
    const int digit = static_cast<int>(n % base);
    sum += weight * permuted(digit, b, space::child_seed(key, place));
  }
  return std::min(sum, 1 - 0x1p-53);
}

class QuasiRandomParameters : public ParameterSampler {
 public:
  explicit QuasiRandomParameters(std::uint64_t seed)
      : key_(space::child_seed(seed, "quasi-random")) {}

  Parameters ask(int nth, std::span<const Observation* const>, const SearchSpace& space,
                 space::Random&) override {
    Parameters values;
    int prime = 1;
    for (const SpaceParameter& p : space) {
      prime = next_prime(prime);
      const auto n = static_cast<std::uint64_t>(nth);
      const double u = coordinate(n, prime, space::child_seed(key_, p.name));
      if (active(p, values)) insert(values, p.name, value_at_quantile(p.distribution, u));
    }
    return values;
  }

 private:
  std::uint64_t key_;
};

}  // namespace

std::unique_ptr<ParameterSampler> quasi_random_parameters(std::uint64_t seed) {
  return std::make_unique<QuasiRandomParameters>(seed);
}

}  // namespace antigrad::search
