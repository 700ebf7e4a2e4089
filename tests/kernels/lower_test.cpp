// The polynomials of machine code against libm in float64, over the floats.
#include "kernels/lower.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "space/builder.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

using space::Builder;
using space::Expr;
using space::Op;

Expr lowered(Op op) {
  Builder b;
  return lower(b.finish(b.apply(op, b.variable())));
}

float at(const Expr& e, float x) {
  float y = 0;
  space::evaluate<float>(e, {&x, 1}, {}, {&y, 1});
  return y;
}

/// Distance in units of the last place of the float nearest to `want`; 0 for equal values, NaN
/// equals NaN.
double ulps(float got, double want) {
  if ((std::isnan(got) && std::isnan(want)) || static_cast<double>(got) == want) return 0;
  const float nearest = static_cast<float>(want);
  if (got == nearest) return 0.5;
  if (!std::isfinite(got) || !std::isfinite(nearest))
    return std::numeric_limits<double>::infinity();
  int exponent = 0;
  std::frexp(want, &exponent);
  return std::fabs(static_cast<double>(got) - want) /
         std::ldexp(1.0, std::max(exponent - 24, -149));
}

struct Base {
  Op op;
  double (*reference)(double);
  double max_ulp;
  double largest;  // |x| up to which max_ulp holds
};
constexpr double kAll = std::numeric_limits<double>::infinity();
const Base kBases[] = {
    {Op::Exp, std::exp, 1, kAll},     {Op::Expm1, std::expm1, 1.6, kAll},
    {Op::Log1p, std::log1p, 1, kAll}, {Op::Erf, std::erf, 1.1, kAll},
    {Op::Erfc, std::erfc, 4, kAll},   {Op::Tanh, std::tanh, 2.5, kAll},
    {Op::Atan, std::atan, 2, kAll},   {Op::Sin, std::sin, 2, 1e5},
    {Op::Cos, std::cos, 2.5, 1e5},
};

TEST(Lower, KeepsBaseFunctionsWithinTheirUlpOverAllFloats) {
  for (const Base& base : kBases) {
    const Expr e = lowered(base.op);
    const auto name = space::primitive(base.op).name;
    double worst = 0;
    for (std::uint64_t word = 0; word < 1ULL << 32; word += 6151) {
      const float x = std::bit_cast<float>(static_cast<std::uint32_t>(word));
      if (std::fabs(x) > base.largest) continue;
      const double want = base.reference(static_cast<double>(x));
      const double error = ulps(at(e, x), want);
      worst = std::max(worst, error);
      ASSERT_LE(error, base.max_ulp)
          << fmt::format("{}({}) got {} want {}", name, x, at(e, x), want);
    }
    EXPECT_GT(worst, 0.5 * base.max_ulp)
        << name << ": the stated bound is loose, measured " << worst;
  }
}

TEST(Lower, PutsSpecialValuesWhereLibmDoes) {
  const float inf = std::numeric_limits<float>::infinity(),
              nan = std::numeric_limits<float>::quiet_NaN();
  for (const Base& base : kBases)
    for (const float x : {0.f, -0.f, 1.f, -1.f, -1.5f, 1e-30f, -1e-30f, 1e-42f, 1e30f, -1e30f,
                          3.4e38f, 88.7f, 88.8f, -87.5f, -103.9f, -104.1f, inf, -inf, nan}) {
      if (std::fabs(x) > base.largest && std::isfinite(x)) continue;
      const double want = base.reference(static_cast<double>(x));
      const float got = at(lowered(base.op), x);
      EXPECT_LE(ulps(got, want), 4)
          << fmt::format("{}({}) got {} want {}", space::primitive(base.op).name, x, got, want);
      if (std::isnan(want)) continue;
      EXPECT_EQ(std::signbit(got), std::signbit(want)) << space::primitive(base.op).name << x;
    }
}

TEST(Lower, BoundsSinAndCosForEveryFiniteNumber) {
  for (const Op op : {Op::Sin, Op::Cos})
    for (float x = 1e5f; x < 3e38f; x *= 1.37f) EXPECT_LE(std::fabs(at(lowered(op), x)), 1.0f) << x;
}

TEST(Lower, LeavesCoreOperationsOnly) {
  for (const auto& a : row_activations())
    for (const space::Node& n : lower(forward_program(a).expr).nodes)
      EXPECT_TRUE(space::primitive(n.op).core)
          << a.name << " keeps " << space::primitive(n.op).name;
}

TEST(Lower, FusesAProductThatOneSumReads) {
  Builder b;
  const auto x = b.variable(), product = x * b.param(0);
  const Expr once = lower(b.finish(product + b.param(1)));
  EXPECT_EQ(once.nodes.back().op, Op::Fma);
  const Expr twice = lower(b.finish((product + b.param(1)) * product));
  for (const space::Node& n : twice.nodes) EXPECT_NE(n.op, Op::Fma);
}

}  // namespace
}  // namespace antigrad::kernels
