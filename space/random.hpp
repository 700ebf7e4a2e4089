// Counter-based random numbers: a stream is a pure function of its key, so results do not depend on
// threads or order. The generator is SplitMix64 over the key (Steele, Lea, Flood 2014);
// UniformRandomBitGenerator.
#pragma once
#include <cstdint>
#include <string_view>

namespace antigrad::space {

constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

/// Seed of a child: depends on both, in order.
constexpr std::uint64_t child_seed(std::uint64_t seed, std::uint64_t index) {
  return mix(mix(seed + 0x9e3779b97f4a7c15ULL) ^ (index + 0x2545f4914f6cdd1dULL));
}
constexpr std::uint64_t child_seed(std::uint64_t seed, std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325ULL;  // FNV-1a
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return child_seed(seed, h);
}

class Random {
 public:
  using result_type = std::uint64_t;
  explicit constexpr Random(std::uint64_t key) : state_(key) {}
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return ~result_type{0}; }
  constexpr result_type operator()() { return mix(state_ += 0x9e3779b97f4a7c15ULL); }

  /// Uniform in [0, 1), 53 bits.
  constexpr double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }
  constexpr double uniform(double lo, double hi) { return lo + (hi - lo) * uniform(); }
  /// Uniform in 0 .. n-1, n >= 1 (bias below 2^-32 for n < 2^32).
  constexpr int below(int n) {
    return static_cast<int>(((*this)() >> 32) * static_cast<std::uint64_t>(n) >> 32);
  }
  constexpr bool chance(double p) { return uniform() < p; }
  double normal();  // N(0, 1)

 private:
  std::uint64_t state_;
};

}  // namespace antigrad::space
