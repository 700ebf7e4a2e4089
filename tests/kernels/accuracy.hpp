// How far a kernel in float32 is from the exact value. The reference is float64 where a ball agrees
// with it, else the ball; every error above 2 is judged by a ball, and so is every 256th element.
#pragma once
#include <bit>
#include <cstdlib>
#include <optional>

#include "space/enclose.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {

constexpr double kEps = 0x1p-24;
constexpr double kSmall = 0x1p-124;  // below, factors may be denormal

inline bool full() {
  const char* const asked = std::getenv("ANTIGRAD_FULL");
  return asked != nullptr && *asked == '1';
}

/// A unit in the last place of the float32 nearest to `value`.
inline double unit(double value) {
  if (value == 0) return 0x1p-149;
  int exponent = 0;
  std::frexp(value, &exponent);
  return std::ldexp(1.0, std::max(exponent - 24, -149));
}

/// Floats of all magnitudes in equal steps of their bits, and where functions are not their tails
/// more of them; n in all.
inline std::vector<double> all_magnitudes(int n, std::uint64_t seed) {
  constexpr std::uint32_t kInfinity = 0x7f800000;
  space::Random random(seed);
  std::vector<double> x{1, -1, 0.5, -0.5, 1e-30F, -1e-30F};
  const std::uint32_t step = kInfinity / static_cast<std::uint32_t>(n / 4);
  for (auto word = 1 + static_cast<std::uint32_t>(random.uniform() * step); word < kInfinity;
       word += step)
    for (const double sign : {1.0, -1.0})
      x.push_back(sign * static_cast<double>(std::bit_cast<float>(word)));
  while (static_cast<int>(x.size()) < n * 3 / 4)
    x.push_back(static_cast<float>(random.uniform(-110, 110)));
  while (static_cast<int>(x.size()) < n) x.push_back(static_cast<float>(3 * random.normal()));
  return x;
}

/// The exact value of e as far as float32 goes; nothing where the ball knows too little.
inline std::optional<double> exact(const space::Expr& e, double x,
                                   const std::vector<double>& theta) {
  const std::vector<space::Ball> balls(theta.begin(), theta.end());
  const space::Ball b = space::enclose(e, x, balls);
  const double size = std::fabs(b.middle());
  if (!b.finite() || b.radius() > std::fmax(0x1p-30 * size, 0x1p-160)) return std::nullopt;
  return b.middle();
}

/// Whether e is 0 between a quarter of x and four times x.
inline bool near_zero(const space::Expr& e, double x, const std::vector<double>& theta) {
  const double at = space::value(e, x, theta);
  for (const double factor :
       {0.25, 0.5, 0.75, 0.9, 0.97, 0.999, 1.001, 1.03, 1.1, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0})
    if (space::value(e, factor * x, theta) * at <= 0) return true;
  return false;
}

/// The largest errors of one function.
struct Worst {
  double ulp = 0, at = 0, got = 0, want = 0;  // of the result, in its units
  double zero = 0;                            // near a zero, in eps max(1, |x|)
  double absolute = 0, absolute_at = 0;       // in eps times the largest number inside, at least 1
  double result = 0, result_at = 0;           // in eps of the result, at least of 1
  double reference = 0;                       // of float64 against balls, in eps of the result
};

/// One element's place in that; judged by a ball where it matters.
inline void judge(Worst& worst, const Program& p, const std::vector<double>& theta, double x,
                  double got, double want, bool ask) {
  constexpr double kLargest = std::numeric_limits<float>::max();
  const auto ulps = [&](double v) { return std::fabs(got - v) / unit(v); };
  if (std::isnan(got) ? std::isnan(want) : got == want) return;
  const bool trusted = ulps(want) <= 2;
  if (ask || !trusted)
    if (const auto ball = exact(p.expr, x, theta)) {
      if (trusted)
        worst.reference = std::max(worst.reference, std::fabs(want - *ball) / unit(*ball));
      want = *ball;
    }
  if (std::isinf(got) && std::fabs(want) > kLargest && (got > 0) == (want > 0)) return;
  const double size = ulps(want) <= 0.5 ? std::fabs(want) : magnitude(p, {x}, theta);
  if (!(size <= kLargest)) return;  // the formula itself overflows in float32
  const double error = std::fabs(got - want);
  const double absolute = error / (kEps * std::max(1.0, size));
  if (!(absolute <= worst.absolute)) worst.absolute = absolute, worst.absolute_at = x;
  const double result = error / (kEps * std::max(1.0, std::fabs(want)));
  if (!(result <= worst.result)) worst.result = result, worst.result_at = x;
  if (p.errors == Errors::absolute || std::fabs(want) < kSmall) return;
  // A factor below the smallest normal number has the digits that are left to it.
  const double ulp = std::max(0.0, error - 0x1p-149 * std::max(1.0, std::fabs(x))) / unit(want);
  if (!(ulp > 3) || !near_zero(p.expr, x, theta)) {
    if (!(ulp <= worst.ulp)) worst.ulp = ulp, worst.at = x, worst.got = got, worst.want = want;
    return;
  }
  const double zero = error / (kEps * std::max(1.0, std::fabs(x)));
  if (!(zero <= worst.zero)) worst.zero = zero;
}

/// Runs e in float32 on `isa` at every x.
inline Worst worst_of(const space::Expr& e, Errors errors, const std::vector<double>& theta,
                      const Isa& isa, const std::vector<double>& x) {
  const Program p{space::simplify(e), 1, 0, 1, static_cast<int>(theta.size()), errors};
  const auto got = run<float>(*llvm_routine(p, Type::f32, isa), p, {x}, theta).elements;
  const auto rough = run<double>(*interpret<double>(p), p, {x}, theta).elements;
  Worst worst;
  for (std::size_t i = 0; i < x.size(); ++i)
    judge(worst, p, theta, x[i], got[i], rough[i], i % 256 == 0);
  return worst;
}

}  // namespace antigrad::kernels
