// Tables: values against closed forms, far out, and the proved bound of their error.
#include "space/table.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/certify.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

std::shared_ptr<const Table> table_of(const std::string& h) {
  return parse("integral(" + h + ", x)").tables.at(0);
}

TEST(Table, KeepsItsValuesFarOut) {
  const auto table = parse("integral(softplus(x), x)").tables.at(0);
  // int softplus = x^2/2 + pi^2/6 - int_0^inf... : P(x) -> x^2/2 + pi^2/12 for x -> inf, ->
  // -pi^2/12 for x -> -inf.
  EXPECT_NEAR(table->value(1e4) / (0.5e8 + M_PI * M_PI / 12), 1, 1e-15);
  EXPECT_NEAR(table->value(-1e4), -M_PI * M_PI / 12, 1e-13);
  EXPECT_EQ(table->value(0), 0);
  EXPECT_TRUE(std::isnan(table->value(NAN)));
  EXPECT_EQ(table->value(INFINITY), INFINITY);
  EXPECT_NEAR(table->value(1e-8), 1e-8 * std::log(2), 1e-16);
}

TEST(Table, StaysWithinItsBound) {
  struct Case {
    const char *h, *integral;  // 0 at x = 0
  };
  for (const Case& c :
       {Case{"tanh(x)", "logcosh(x)"}, Case{"softplus(x)", "softplus_integral(x)"},
        Case{"x*sech2(x)", "x*tanh(x) - logcosh(x)"},
        Case{"gaussian(2*x - 1)", "0.443113462726379*(erf(2*x - 1) + erf(1))"},
        Case{"step(x - 0.3)*tanh(x)", "where(x <= 0.3, 0, logcosh(x) - logcosh(0.3))"},
        Case{"elu(x)", "where(x <= 0, expm1(x) - x, 0.5*x*x)"}}) {
    const auto table = table_of(c.h);
    const Expr integral = parse(c.integral);
    EXPECT_GT(table->bound(), 0) << c.h;
    EXPECT_LT(table->bound(), 6e-13) << c.h;
    for (int i = -300; i <= 300; ++i) {
      const double x = i * 0.1637, got = table->value(x), size = std::fmax(1, std::fabs(got));
      EXPECT_NEAR(got, value(integral, x), table->bound() * size + 1e-15 * size)
          << c.h << ", " << x;
    }
  }
}

TEST(Table, TheBoundSeesAnotherIntegrand) {
  const auto table = table_of("tanh(x)*sigmoid(x)");
  for (const char* wrong : {"tanh(x)*sigmoid(x) + 1e-9*sech2(x - 3)", "tanh(x)*sigmoid(x + 1e-8)",
                            "1.00000001*tanh(x)*sigmoid(x)"}) {
    const Expr h = parse(wrong);
    std::vector<double> errors;
    for (std::size_t i = 0; i < table->origins().size(); ++i)
      errors.push_back(segment_error(h,
                                     {table->breaks()[i], table->breaks()[i + 1],
                                      table->origins()[i], table->coefficients()[i]},
                                     1e-14)
                           .smooth);
    EXPECT_GT(certified_error(*table, errors, 0), 1e-10) << wrong;
  }
}

TEST(Table, AKinkBetweenRowsIsProvedToo) {
  const auto table = table_of("max(tanh(x), 0.1*abs(x))");
  EXPECT_LT(table->bound(), 6e-13);
  EXPECT_NEAR(table->value(-4), -0.8, 1e-14);
  EXPECT_NEAR(table->value(2), std::log(std::cosh(2.0)), 1e-14);
}

TEST(Table, AnIntegrandThatIsTooRoughIsRefused) {
  EXPECT_THROW((void)table_of("tanh(x)*sigmoid(1e7*x)"), Error);
  EXPECT_THROW((void)table_of("exp(x)*tanh(x)"), Error);
}

}  // namespace
}  // namespace antigrad::space
