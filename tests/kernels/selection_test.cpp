// What is computed once for both sides of a selection, and once for several gradients.
#include "kernels/selection.hpp"

#include <gtest/gtest.h>

#include <bit>

#include "kernels/lower.hpp"
#include "kernels/regroup.hpp"
#include "kernels/rewrite.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

using space::Expr;
using space::Op;

int count(const Expr& e, Op op) {
  int n = 0;
  for (const space::Node& node : e.nodes) n += node.op == op;
  return n;
}

/// Whether both have the same bits everywhere.
void expect_same(const Expr& a, const Expr& b, const std::vector<double>& theta,
                 const std::string& name) {
  const std::size_t n = a.outputs.size();
  std::vector<double> from(n), to(n);
  const double inf = std::numeric_limits<double>::infinity();
  auto x = inputs(200, 11);
  x.insert(x.end(), {inf, -inf, std::numeric_limits<double>::quiet_NaN(), 1e30, -1e30});
  for (const double at : x) {
    const double vars[] = {at, 0.75, -1.5};
    space::evaluate<double>(a, vars, theta, from);
    space::evaluate<double>(b, vars, theta, to);
    for (std::size_t k = 0; k < n; ++k)
      ASSERT_TRUE((std::isnan(from[k]) && std::isnan(to[k])) ||
                  std::bit_cast<std::uint64_t>(from[k]) == std::bit_cast<std::uint64_t>(to[k]))
          << name << " at " << at << ": " << from[k] << " became " << to[k];
  }
}

TEST(Selection, ChangesNoBit) {
  auto all = zoo_activations();
  for (auto& a : random_activations(40)) all.push_back(a);
  for (const auto& a : all)
    for (const auto& p : programs(a)) {
      std::vector<double> theta = starts(a);
      theta.resize(static_cast<std::size_t>(p.program.parameters), 0.5);
      expect_same(p.program.expr, merge_calls(p.program.expr), theta, a.name);
      expect_same(p.program.expr, select_operands(p.program.expr), theta, a.name);
    }
}

TEST(Selection, MergesTheExponentialsOfBothSides) {
  const Expr e = forward_program(named("srs")).expr;
  ASSERT_EQ(count(e, Op::Exp), 2);
  EXPECT_EQ(count(merge_calls(e), Op::Exp), 1);
  // Here each counts on both sides.
  const Expr both = named("f: where(x <= 0, exp(x) + exp(-x), exp(x) - exp(-x))").f;
  EXPECT_EQ(merge_calls(both), both);
}

TEST(Selection, MultipliesSelectedFactorsOnce) {
  const Expr e = named("[a = 1, b = 2] f: where(x <= 0, a*exp(x), b*tanh(x))").f;
  ASSERT_EQ(count(e, Op::Mul), 2);
  EXPECT_EQ(count(select_operands(e), Op::Mul), 1);
  const Expr unlike = named("[a = 1] f: where(x <= 0, a*x, a + x)").f;
  EXPECT_EQ(select_operands(unlike), unlike);
}

TEST(Regroup, SharesReciprocalsAndPullsParametersOutOfSums) {
  const Program p = backward_program(named("pau"));
  ASSERT_GT(count(p.expr, Op::Div), 5);
  const Program grouped = regroup(p);
  EXPECT_LE(count(grouped.expr, Op::Div), 1);
  const Program lines = regroup(backward_program(named("lslu_relu")));
  const auto uniform = uniform_nodes(lines.expr);
  int pulled = 0;
  for (std::size_t k = 1; k < lines.expr.outputs.size(); ++k) {
    const space::Node& n = lines.expr.nodes[lines.expr.outputs[k]];
    pulled += n.op == Op::Mul && uniform[n.a] && !uniform[n.b];
  }
  EXPECT_EQ(pulled, 6);  // of t relu(w x + b): by w and by b, three times
}

TEST(Regroup, KeepsTheValues) {
  for (const auto& a : zoo_activations()) {
    const Program p = backward_program(a), grouped = regroup(p);
    const Call call = call_of(a, p, 67, 3);
    const auto want = run<double>(*interpret<double>(p), p, call.columns, call.parameters);
    const auto got = run<double>(*interpret<double>(grouped), p, call.columns, call.parameters);
    EXPECT_EQ(first_disagreement(a, {"backward", p}, call, got, want), "");
    for (std::size_t k = 0; k < want.sums.size(); ++k)
      EXPECT_NEAR(got.sums[k], want.sums[k], 1e-10 * (1 + std::fabs(want.sums[k]))) << a.name;
  }
}

}  // namespace
}  // namespace antigrad::kernels
