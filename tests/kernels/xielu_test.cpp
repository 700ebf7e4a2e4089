// xIELU near 0 in bfloat16, where expm1 computed in 16 bits loses every digit and the sign
// (x = -2^-k): float32 inside and one rounding keep the error below a hundredth.
#include <gtest/gtest.h>

#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

/// f, g, g', df/dalpha at x, as a kernel of T gives them.
template <class T>
std::vector<double> everything(const Kernel& kernel, double at, const std::vector<double>& theta) {
  const T x = element<T>(at), one = element<T>(1);
  T y, gx, dgy, dx;
  std::vector<double> gtheta(theta.size()), unused(theta.size());
  const std::vector<double> zeros(theta.size());
  kernel.forward(&x, &y, 1, theta);
  kernel.backward(&x, &one, &gx, 1, theta, gtheta);
  kernel.double_backward(&x, &one, &one, &dgy, &dx, 1, theta, zeros, unused);
  std::vector<double> all{number(y), number(gx), number(dx), number(dgy)};
  all.insert(all.end(), gtheta.begin(), gtheta.end());
  return all;
}

TEST(Xielu, KeepsItsDigitsInBfloat16NearZero) {
  const auto a = named("xielu");
  const auto reference = compile(a, {Tier::interpreter, Type::f64});
  for (const Tier tier : {Tier::interpreter, Tier::automatic}) {
    const auto kernel = compile(a, {tier, Type::bf16});
    for (const std::vector<double>& theta :
         {std::vector{0.8, 0.8}, std::vector{2.0, 0.5625}, std::vector{0.25, 3.0}})
      for (int k = 1; k <= 13; ++k) {
        const double x = -std::ldexp(1, -k);
        const auto got = everything<Bf16>(*kernel, x, theta);
        const auto want = everything<double>(*reference, x, theta);
        for (std::size_t i = 0; i < want.size(); ++i) {
          // Gradients of parameters are sums: what counts is their error against 1.
          const double room = 0.01 * std::fabs(want[i]) + (i < 4 ? 0 : 0x1p-23);
          EXPECT_NEAR(got[i], want[i], room)
              << fmt::format("{} value {} at -2^-{}, theta {}", to_string(kernel->tier()), i, k,
                             fmt::join(theta, ", "));
        }
      }
  }
}

}  // namespace
}  // namespace antigrad::kernels
