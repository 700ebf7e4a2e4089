// The expression value: hash-consing, equality, simplification that never changes a value,
// derivatives of every small expression.
#include "space/expr.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "space/builder.hpp"
#include "space/text.hpp"

namespace antigrad::space {
namespace {

constexpr double kValues[] = {0.0,   -0.0,     1.0,       -1.0, 1e-30, -1e-30, 1e30,
                              -1e30, INFINITY, -INFINITY, NAN,  0.3,   -2.7};

/// Calls visit(e) for every expression of up to two operations over x, a literal and every row.
template <class Visit>
int enumerate(const Visit& visit) {
  int count = 0;
  const auto rows = primitives();
  for (std::size_t i = static_cast<std::size_t>(Op::Add); i < rows.size(); ++i)
    for (std::size_t j = static_cast<std::size_t>(Op::Add); j < rows.size(); ++j) {
      Builder out(true);
      const Sym x = out.variable(), c = out.literal(0.5);
      const auto apply = [&](std::size_t row, Sym a) {
        const Op op = static_cast<Op>(row);
        return op == Op::Scale2 || op == Op::Exponent || op == Op::Round
                   ? a
                   : out.apply(op, a, c, x, a);
      };
      visit(out.finish(apply(j, apply(i, x))));
      ++count;
    }
  return count;
}

bool same(double a, double b) {
  return (std::isnan(a) && std::isnan(b)) || a == b || std::fabs(a - b) <= 1e-14 * std::fabs(a);
}

TEST(Expr, EqualFormulasAreEqualAndHashEqual) {
  const Expr a = parse("tanh(x) + x*tanh(x)"), b = parse("tanh(x) + x*tanh(x)"),
             c = parse("tanh(x) - x*tanh(x)");
  EXPECT_EQ(a, b);
  EXPECT_EQ(hash(a), hash(b));
  EXPECT_NE(a, c);
  EXPECT_NE(hash(a), hash(c));
}

TEST(Expr, EqualSubtreesAreOneNode) {
  const Expr e = parse("tanh(2*x)*tanh(2*x) + tanh(2*x)");
  int tanhs = 0;
  for (const Node& n : e.nodes) tanhs += n.op == Op::Tanh;
  EXPECT_EQ(tanhs, 1);
}

TEST(Expr, TheDerivativeOfAParameterAloneIsZero) {
  const Expr b = parse("b", {"a", "b"});  // one node that says 1
  EXPECT_EQ(to_string(derivative(b)), "0");
  EXPECT_EQ(to_string(derivative_param(b, 0)), "0");
  EXPECT_EQ(to_string(derivative_param(b, 1)), "1");
}

TEST(Expr, VerifyFindsBrokenInvariants) {
  Expr e = parse("x + tanh(x)");
  EXPECT_EQ(verify(e), "");
  Expr bad = e;
  bad.nodes[0] = {Op::Tanh, 0, 2};
  EXPECT_NE(verify(bad), "");
  bad = e;
  bad.outputs = {99};
  EXPECT_NE(verify(bad), "");
  bad = parse("2*x");
  bad.literals[0] = NAN;
  EXPECT_NE(verify(bad), "");
}

TEST(Expr, SimplifyIsIdempotentNeverLargerAndKeepsEveryValue) {
  const int count = enumerate([](const Expr& e) {
    const Expr s = simplify(e);
    EXPECT_LE(s.nodes.size(), e.nodes.size());
    EXPECT_EQ(simplify(s), s);
    EXPECT_EQ(verify(s), "");
    for (const double x : kValues)
      EXPECT_TRUE(same(value(e, x), value(s, x)))
          << to_string(e) << " -> " << to_string(s) << " at " << x;
  });
  std::printf("  %d expressions\n", count);
}

TEST(Expr, SimplifyKeepsNaNThatAlgebraWouldDrop) {
  Builder out(true);
  const Sym x = out.variable();
  for (const Expr& e :
       {out.finish(out.apply(Op::Sub, x, x)), out.finish(out.apply(Op::Mul, out.literal(0), x))}) {
    EXPECT_TRUE(std::isnan(value(simplify(e), INFINITY)));
    EXPECT_EQ(value(simplify(e), 3), 0);
  }
}

TEST(Expr, SimplifyKeepsTheSignOfZero) {
  for (const bool zero_left : {false, true}) {
    Builder out(true);
    const Sym x = out.variable(), zero = out.literal(0);
    const Sym sum = out.raw(Op::Add, zero_left ? zero.id : x.id, zero_left ? x.id : zero.id);
    const Expr e = out.finish(out.apply(Op::Div, out.literal(1), sum));
    EXPECT_EQ(value(e, -0.0), INFINITY);
    EXPECT_EQ(value(simplify(e), -0.0), INFINITY) << to_string(e);
  }
}

TEST(Expr, DerivativesOfEverySmallExpressionAgreeWithDifferences) {
  int points = 0;
  enumerate([&](const Expr& e) {
    const Expr d = derivative(e);
    for (const double x : {-1.7, -0.31, 0.43, 1.29}) {
      const double h = 1e-5, lo = value(e, x - h), mid = value(e, x), hi = value(e, x + h);
      const double got = value(d, x), want = (hi - lo) / (2 * h);
      // A kink, a pole or a domain's edge proves nothing.
      if (!std::isfinite(want) || std::fabs(want) > 1e4 ||
          std::fabs(hi - 2 * mid + lo) > 1e-7 * (1 + std::fabs(mid)))
        continue;
      if (std::isnan(got) && mid == 0) continue;  // sqrt at 0
      ++points;
      EXPECT_NEAR(got, want, 1e-4 * (1 + std::fabs(want))) << to_string(e) << " at " << x;
    }
  });
  EXPECT_GT(points, 2000);
}

}  // namespace
}  // namespace antigrad::space
