// The life of machine code: made, cached, shared, removed; and what the engine refuses.
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <limits>
#include <thread>

#include "space/ball_constants.hpp"
#include "space/error.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

double resident_mebibytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0, resident = 0;
  file >> total >> resident;
  return resident * 4096 / (1 << 20);
}

TEST(Jit, CodeThatGoesLeavesNothingBehind) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  const Program p = backward_program(named("xielu"));
  for (int i = 0; i < 50; ++i) llvm_routine(p);
  const double before = resident_mebibytes();
  for (int i = 0; i < 500; ++i) llvm_routine(p);
  EXPECT_LT(resident_mebibytes() - before, 4.0);
}

TEST(Jit, ThreadsCompileAtTheSameTime) {
  const auto all = zoo_activations();
  std::vector<std::thread> threads;
  std::vector<int> good(4);
  for (std::size_t t = 0; t < good.size(); ++t)
    threads.emplace_back([&, t] {
      for (const auto& a : all) {
        const float x = 1;
        float y = 0;
        compile(a)->forward(&x, &y, 1, starts(a));
        good[t] += std::fabs(static_cast<double>(y) - space::value(a.f, 1, starts(a))) < 1e-5;
      }
      space::free_ball_constants();
    });
  for (auto& t : threads) t.join();
  for (const int n : good) EXPECT_EQ(n, static_cast<int>(all.size()));
}

TEST(Jit, AutomaticTakesLlvmForParametersAndForFloat64) {
  const Tier general = has_llvm() ? Tier::llvm : Tier::interpreter;
  EXPECT_EQ(compile(named("xielu"))->tier(), general);
  EXPECT_EQ(compile(named("gelu"), {Tier::automatic, Type::f64})->tier(), general);
}

TEST(Jit, WithoutLlvmTheInterpreterServesAndTheTierIsRefused) {
  if (has_llvm()) GTEST_SKIP() << "this build has LLVM; the test without_llvm.* has none";
  for (const Type type : {Type::f32, Type::f64, Type::bf16, Type::f16}) {
    EXPECT_EQ(compile(named("xielu"), {Tier::automatic, type})->tier(), Tier::interpreter);
    try {
      compile(named("xielu"), {Tier::llvm, type});
      FAIL() << "compiled";
    } catch (const space::Error& e) {
      EXPECT_NE(std::string(e.what()).find("take tier interpreter"), std::string::npos) << e.what();
    }
  }
}

TEST(Jit, ATabulatedAntiderivativeIsMachineCodeToo) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  const auto a = named("tanh(x)*gaussian(x)*sigmoid(x)");
  ASSERT_FALSE(a.f.tables.empty()) << "the example has a closed form now";
  const auto kernel = compile(a, {Tier::llvm, Type::f32});
  EXPECT_EQ(kernel->tier(), Tier::llvm);
  float x = 0.75F, y = 0;
  kernel->forward(&x, &y, 1, {});
  EXPECT_NEAR(static_cast<double>(y), space::value(a.f, 0.75), 1e-7);
}

TEST(Jit, TheSameActivationIsCompiledOnce) {
  const auto a = space::parse_activation("0.7183*tanh(1.391*x)");  // of no other test
  const auto seconds = [&a] {
    const auto start = std::chrono::steady_clock::now();
    compile(a, {Tier::llvm, Type::f32});
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  const double first = seconds(), second = seconds();
  EXPECT_LT(second, 0.2 * first) << first << " s, then " << second << " s";
  auto wider = a;  // the same name and text, another function
  wider.f = named("silu").f;
  const float x = 1;
  float y = 0;
  compile(wider, {Tier::llvm, Type::f32})->forward(&x, &y, 1, {});
  EXPECT_NEAR(static_cast<double>(y), 0.7310585786, 1e-6);
}

/// x sigmoid(p x) ends in 0 at -inf for p > 0, in -inf for p < 0: kernels are kept apart by their
/// starts.
TEST(Jit, AKernelHasTheLimitsOfItsOwnStarts) {
  auto a = named("[p = 1 in (-inf, inf)] f: x*sigmoid(p*x)");
  const float x = -std::numeric_limits<float>::infinity();
  for (const double p : {1.0, -1.0, 1.0}) {
    a.parameters.front().start = p;
    float y = 0;
    compile(a)->forward(&x, &y, 1, std::vector{p});
    EXPECT_EQ(y, p > 0 ? 0 : x) << p;
  }
}

TEST(Jit, SaysWhichParameterCountIsWrong) {
  const auto kernel = compile(named("xielu"));
  const float x = 1;
  float y = 0;
  const std::vector<double> theta(1);
  EXPECT_THROW(kernel->forward(&x, &y, 1, theta), std::logic_error);
}

TEST(Jit, EmptyBuffersAreFine) {
  const auto kernel = compile(named("xielu"));
  std::vector<double> gtheta{1, 1};
  kernel->forward(nullptr, nullptr, 0, starts(named("xielu")));
  kernel->backward(nullptr, nullptr, nullptr, 0, starts(named("xielu")), gtheta);
  EXPECT_EQ(gtheta, (std::vector<double>{0, 0}));
}

}  // namespace
}  // namespace antigrad::kernels
