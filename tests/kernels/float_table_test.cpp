// The float32 refit of tabulated antiderivatives against the tables themselves.
#include "kernels/float_table.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

float value(const FloatTable& t, float x) {
  const auto segment =
      static_cast<std::size_t>(std::ranges::upper_bound(t.breaks, x) - t.breaks.begin());
  float y = 0;
  for (std::size_t k = t.coefficients.size(); k-- > 0;)
    y = std::fma(y, x - t.origins[segment], t.coefficients[k][segment]);
  return y;
}

TEST(FloatTable, AgreesWithTheTableFromEndToEnd) {
  int tables = 0;
  for (const auto& a : random_activations(100))
    for (const auto& table : a.f.tables) {
      ++tables;
      const FloatTable t = make_float_table(*table);
      const double lo = table->breaks().front(), hi = table->breaks().back();
      for (int i = 0; i <= 4000; ++i) {
        const float x = static_cast<float>(lo + (hi - lo) * i / 4000);
        const double want = table->value(static_cast<double>(x));
        // Half an ULP of x moves P by h(x) |x| 2^-24.
        const double h = space::value(table->integrand(), static_cast<double>(x));
        const double bound =
            0x1p-21 * (std::fabs(want) + std::fabs(h * static_cast<double>(x))) + 1e-9;
        ASSERT_NEAR(static_cast<double>(value(t, x)), want, bound) << a.name << " table at " << x;
      }
    }
  EXPECT_GE(tables, 10);
}

TEST(FloatTable, IsShortEnoughForOnePermutation) {
  for (const char* text :
       {"x*softplus(x)", "x*logcosh(x)", "mish_gate(x)*tanh(x)", "tanh(x)*sigmoid(x)"})
    for (const auto& table : named(text).f.tables)
      EXPECT_LE(make_float_table(*table).origins.size(), 32U) << text;
}

TEST(FloatTable, VanishesWhereTheTableDoes) {
  const auto a = named("tanh(x)*sigmoid(x)");
  ASSERT_FALSE(a.f.tables.empty());
  const FloatTable t = make_float_table(*a.f.tables[0]);
  EXPECT_EQ(value(t, 0), static_cast<float>(a.f.tables[0]->value(0)));
}

}  // namespace
}  // namespace antigrad::kernels
