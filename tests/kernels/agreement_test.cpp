// Every engine against the float64 interpreter, on every row, the zoo and 200 random gradients.
#include <gtest/gtest.h>

#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

TEST(Agreement, EveryEngineComputesEveryActivation) {
  int compared = 0, jitted = 0;
  for (const auto& a : all_activations())
    for (const auto& p : programs(a)) {
      const Call call = call_of(a, p.program, 200, 7);
      const auto want =
          run<double>(*interpret<double>(p.program), p.program, call.columns, call.parameters);
      const auto narrow =
          run<float>(*interpret<float>(p.program), p.program, call.columns, call.parameters);
      ++compared;
      EXPECT_EQ(first_disagreement(a, p, call, narrow, want), "") << "interpreter in float32";
      if (!has_llvm()) continue;
      const auto machine =
          run<float>(*llvm_routine(p.program), p.program, call.columns, call.parameters);
      ++jitted;
      EXPECT_EQ(first_disagreement(a, p, call, machine, want), "") << "llvm";
    }
  fmt::print("{} programs compared, {} of them as machine code\n", compared, jitted);
  EXPECT_GE(compared, 3 * (200 + 30 + 20));
}

TEST(Agreement, EnginesAgreeOnSpecialValuesOfEveryRow) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  const double inf = std::numeric_limits<double>::infinity(),
               nan = std::numeric_limits<double>::quiet_NaN();
  for (const auto& a : row_activations()) {
    const NamedProgram p{"forward", forward_program(a, Precision::f32)};
    Call call{{{0.0, -0.0, 1, -1, 1e-30f, -1e-30f, 1e30f, -1e30f, inf, -inf, nan}}, {}};
    if (a.text.find("sin") != std::string::npos || a.text.find("cos") != std::string::npos)
      call.columns[0][6] = call.columns[0][7] = 1e4;  // beyond 1e5 only bounded
    const auto want = run<float>(*interpret<float>(p.program), p.program, call.columns, {});
    const auto got = run<float>(*llvm_routine(p.program), p.program, call.columns, {});
    EXPECT_EQ(first_disagreement(a, p, call, got, want), "");
    EXPECT_TRUE(std::isnan(got.elements.back())) << a.name << " swallows NaN";
  }
}

TEST(Agreement, NarrowMachinesComputeTheSame) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  Isa eight = host_isa(), four = host_isa();
  eight.lanes = 8, eight.avx512 = false;
  four.lanes = 4, four.avx512 = false, four.fma = false;
  auto all = zoo_activations();
  for (const char* tabulated :
       {"x*softplus(x)", "x*logcosh(x)", "[a = 0.5] a*x*tanh(x) | 0 | softplus(x)",
        "tanh(x)*sigmoid(x)", "x*sinc(x) + sinc(2*x)", "[a = 0.01 in (-1, 1)] tanh(a*x + 1)"})
    all.push_back(named(tabulated));
  for (const auto& a : all)
    for (const auto& p : programs(a)) {
      const Call call = call_of(a, p.program, 67, 3);
      const auto want =
          run<double>(*interpret<double>(p.program), p.program, call.columns, call.parameters);
      for (const Isa& isa : {eight, four}) {
        const auto got = run<float>(*llvm_routine(p.program, Type::f32, isa), p.program,
                                    call.columns, call.parameters);
        EXPECT_EQ(first_disagreement(a, p, call, got, want), "") << isa.lanes << " lanes";
      }
    }
}

std::vector<double> elements_of(const Program& p, std::vector<std::vector<double>> columns,
                                const std::vector<double>& parameters) {
  return run<double>(*interpret<double>(p), p, columns, parameters).elements;
}

std::vector<double> product(std::vector<double> a, const std::vector<double>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) a[i] *= b[i];
  return a;
}

TEST(Agreement, EveryEngineComputesGates) {
  for (const auto& a : zoo_activations()) {
    const NamedProgram forward{"gated forward", gated_forward_program(a)},
        backward{"gated backward", gated_backward_program(a)};
    const Call call = call_of(a, backward.program, 200, 9);
    const auto &u = call.columns[0], &v = call.columns[1], &gy = call.columns[2];
    const auto f = elements_of(forward_program(a), {u}, call.parameters);
    auto gradients =
        elements_of(backward_program(a), {u, product(gy, v)}, call.parameters);  // gu, then gv
    for (const double gv : product(gy, f)) gradients.push_back(gv);
    const Call pair{{u, v}, call.parameters};
    Result want = run<double>(*interpret<double>(backward.program), backward.program, call.columns,
                              call.parameters);
    want.elements = gradients;
    for (const bool machine : {false, true}) {
      if (machine && !has_llvm()) continue;
      const auto routine = [&](const Program& p) {
        return machine ? llvm_routine(p) : interpret<float>(p);
      };
      EXPECT_EQ(first_disagreement(a, forward, pair,
                                   run<float>(*routine(forward.program), forward.program,
                                              pair.columns, pair.parameters),
                                   {product(f, v), {}}),
                "");
      EXPECT_EQ(first_disagreement(a, backward, call,
                                   run<float>(*routine(backward.program), backward.program,
                                              call.columns, call.parameters),
                                   want),
                "");
    }
  }
}

TEST(Agreement, ComparatorSeesAWrongResult) {
  const auto a = named("xielu");
  const NamedProgram p{"backward", backward_program(a)};
  const Call call = call_of(a, p.program, 67, 5);
  const auto right =
      run<double>(*interpret<double>(p.program), p.program, call.columns, call.parameters);
  ASSERT_EQ(first_disagreement(a, p, call, right, right), "");
  auto wrong = right;
  wrong.elements[40] += 0.01;
  EXPECT_NE(first_disagreement(a, p, call, wrong, right), "");
  wrong = right;
  wrong.elements[40] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_NE(first_disagreement(a, p, call, wrong, right), "");
  wrong = right;
  wrong.sums[1] += 1;
  EXPECT_NE(first_disagreement(a, p, call, wrong, right), "");
}

TEST(Agreement, AWrongSlopeIsSeen) {
  auto a = named("silu");
  a.g = named("gelu").g;
  const NamedProgram right{"backward", backward_program(named("silu"))},
      wrong{"backward", backward_program(a)};
  const Call call = call_of(a, right.program, 67, 5);
  const auto want = run<double>(*interpret<double>(right.program), right.program, call.columns, {});
  const auto got = run<double>(*interpret<double>(wrong.program), wrong.program, call.columns, {});
  EXPECT_NE(first_disagreement(a, right, call, got, want), "");
}

}  // namespace
}  // namespace antigrad::kernels
