// Loops in two forms: what an element gives does not depend on whether its neighbours are near.
#include <gtest/gtest.h>

#include <bit>

#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

constexpr std::size_t kCount = 1000;

struct Outputs {
  std::vector<float> y, gx;
  std::vector<double> sums;
};

Outputs outputs_of(const space::Activation& a, const std::vector<float>& x) {
  const auto kernel = llvm_kernel(a, Type::f32);
  const auto theta = starts(a);
  const std::vector<float> gy(x.size(), 0.75F);
  Outputs out{std::vector<float>(x.size()), std::vector<float>(x.size()),
              std::vector<double>(theta.size())};
  const auto n = static_cast<std::int64_t>(x.size());
  kernel->forward(x.data(), out.y.data(), n, theta);
  kernel->backward(x.data(), gy.data(), out.gx.data(), n, theta, out.sums);
  return out;
}

std::vector<float> ordinary() {
  std::vector<float> x;
  for (const double v : inputs(static_cast<int>(kCount), 3)) x.push_back(static_cast<float>(v));
  return x;
}

TEST(Near, ANeighbourFarOutChangesNothing) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  int in_two_forms = 0;
  for (const auto& a : zoo_activations()) {
    in_two_forms += !forward_program(a, Precision::f32).near.outputs.empty();
    const std::vector<float> x = ordinary();
    std::vector<float> mixed = x;
    for (std::size_t i = 7; i < kCount; i += 131)
      mixed[i] = i % 2 == 0 ? std::numeric_limits<float>::quiet_NaN()
                            : std::numeric_limits<float>::infinity();
    const Outputs want = outputs_of(a, x), got = outputs_of(a, mixed);
    for (std::size_t i = 0; i < kCount; ++i) {
      if (mixed[i] != x[i]) continue;
      ASSERT_EQ(std::bit_cast<std::uint32_t>(got.y[i]), std::bit_cast<std::uint32_t>(want.y[i]))
          << a.name << " at " << x[i];
      ASSERT_EQ(std::bit_cast<std::uint32_t>(got.gx[i]), std::bit_cast<std::uint32_t>(want.gx[i]))
          << a.name << "' at " << x[i];
    }
  }
  EXPECT_GE(in_two_forms, 10);
}

TEST(Near, SumsAreThoseOfAllElements) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  for (const char* const name : {"acon_c", "pau", "celu", "srs", "xielu"}) {
    const auto a = named(name);
    std::vector<float> x = ordinary();
    const Program p = backward_program(a, Precision::f32);
    for (std::size_t i = 7; i < kCount; i += 131) x[i] = -0x1p34F;  // beyond every reach
    const auto got = outputs_of(a, x).sums;
    const std::vector<double> wide(x.begin(), x.end()), gy(kCount, 0.75);
    const auto want = run<double>(*interpret<double>(p), p, {wide, gy}, starts(a)).sums;
    for (std::size_t k = 0; k < want.size(); ++k)
      EXPECT_NEAR(got[k], want[k], 1e-5 * std::max(1.0, std::fabs(want[k]))) << name << " " << k;
  }
}

}  // namespace
}  // namespace antigrad::kernels
