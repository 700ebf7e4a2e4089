// The rules that make formulas smaller, and the sums that are lowered as a whole: each the same
// function, and the digits that it is for.
#include "kernels/rewrite.hpp"

#include <gtest/gtest.h>

#include "kernels/lower.hpp"
#include "tests/kernels/accuracy.hpp"

namespace antigrad::kernels {
namespace {

TEST(Rewrite, EveryRuleIsTheSameFunctionAndSmaller) {
  for (const Rule& rule : rules()) {
    const auto from = pattern(rule.from), to = pattern(rule.to);
    EXPECT_LT(space::simplify(to).nodes.size(), space::simplify(from).nodes.size()) << rule.from;
    for (double x = -6; x <= 6; x += 0.0625) {
      const auto want = space::enclose(from, x, std::vector<space::Ball>{0.75}),
                 got = space::enclose(to, x, std::vector<space::Ball>{0.75});
      ASSERT_LE(std::fabs((want - got).middle()), 1e-15) << rule.from << " at " << x;
    }
  }
}

TEST(Rewrite, EveryRuleIsFoundInsideAFormula) {
  for (const Rule& rule : rules()) {
    space::Builder b;
    const space::Sym x = b.variable() + b.literal(0.25), y = b.param(0);
    const auto before =
        b.finish(b.literal(3) + b.inline_expr(pattern(rule.from), {&x, 1}, {&y, 1}).front());
    const auto after = rewrite(before);
    EXPECT_LT(after.nodes.size(), before.nodes.size()) << rule.from;
    const std::vector<double> theta{0.75};
    EXPECT_NEAR(space::value(after, 0.5, theta), space::value(before, 0.5, theta), 1e-14)
        << rule.from;
  }
}

TEST(Rewrite, LeavesWhatItDoesNotKnow) {
  for (const char* text : {"exp(x) - 2", "1 + tanh(x)*x", "0.5*(1 + tanh(x) + x)", "x - tanh(2*x)"})
    EXPECT_EQ(rewrite(pattern(text)), pattern(text)) << text;
}

/// Formulas as people write them, with the zeros and tails where they used to lose all digits.
TEST(Rewrite, FormulasThatCancelAreExactToFourUlp) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  for (const char* text :
       {"x - tanh(x)", "expm1(x) - x", "exp(x) - 1", "0.5*x*(1 + tanh(0.8*x))",
        "0.5*x*(1 + erf(0.7071067811865476*x))", "x*(1 - sigmoid(x))", "x*tanh(log1p(exp(x)))",
        "x/(1 + exp(-x))", "sigmoid(1.3*x + 2)", "exp(-x^2/3)", "x*normal_cdf(1.7*x - 0.3)",
        "softplus(x/3)", "gaussian(0.7*x + 1)", "mish_gate(1.1*x)"}) {
    const auto a = named(std::string("f: ") + text);
    const Worst w = worst_of(a.f, Errors::relative, {}, host_isa(), all_magnitudes(4000, 3));
    fmt::print("{:<40} {:5.2f} ULP at {}\n", text, w.ulp, w.at);
    EXPECT_LE(w.ulp, 4) << text << " at " << w.at << " got " << w.got << " want " << w.want;
    EXPECT_LE(w.zero, 1) << text;
  }
}

TEST(Rewrite, TheComparatorSeesLostDigits) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  const auto x = all_magnitudes(4000, 3);
  space::Builder b;  // no rule knows this one
  const auto tail = b.finish(b.literal(2) + (b.literal(-1) + space::symbolic::tanh(b.variable())));
  EXPECT_GT(worst_of(tail, Errors::relative, {}, host_isa(), x).ulp, 1000);
}

}  // namespace
}  // namespace antigrad::kernels
