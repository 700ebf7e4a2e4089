// The table tier: which activations verify, what errors they have on inputs that the verification
// did not choose, and what happens at the edges of numbers, buffers and machines.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <cstring>

#include "kernels/kinks.hpp"
#include "kernels/table_kernel.hpp"
#include "space/error.hpp"
#include "space/proof.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// Machines that this one can play.
std::vector<Machine> machines() {
  std::vector<Machine> all;
  for (const Machine m : {Machine::avx2, Machine::avx512})
    if (m <= machine()) all.push_back(m);
  return all;
}

std::vector<space::Activation> without_parameters() {
  std::vector<space::Activation> all;
  auto candidates = zoo_activations();
  for (auto& a : random_activations(60)) candidates.push_back(a);
  for (auto& a : candidates)
    if (a.parameters.empty()) all.push_back(a);
  return all;
}

std::vector<float> run(const Table& table, const std::vector<float>& x, bool backward = false,
                       const std::vector<float>& gy = {}) {
  std::vector<float> y(x.size());
  table.loop(backward)(table.segments, x.data(), gy.data(), y.data(),
                       static_cast<std::int64_t>(x.size()));
  return y;
}

/// Numbers of all magnitudes, most of them where functions are not their tails.
std::vector<float> many_inputs() {
  std::vector<float> x;
  space::Random random(5);
  for (int i = 0; i < 20000; ++i) x.push_back(static_cast<float>(4 * random.normal()));
  for (std::int64_t bits = 0; bits < 0x7f800000; bits += 1000003)
    for (const float v : {std::bit_cast<float>(static_cast<std::uint32_t>(bits)),
                          -std::bit_cast<float>(static_cast<std::uint32_t>(bits))})
      if (std::fabs(v) < 0x1p60F) x.push_back(v);
  return x;
}

/// The first error beyond `c`, "" when there is none. The reference's own error is allowed for:
/// 2^-48 of the largest number inside the formula.
std::string beyond(const space::Expr& f, const Table& table, bool gradient, double c) {
  const auto x = many_inputs();
  const auto got = run(table, x);
  const double at_zero = gradient ? 1 : std::fabs(space::value(f, 0));
  const Program program{f, 1, 0, 1, 0};
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto at = static_cast<double>(x[i]);
    const double want = space::value(f, at);
    const double scale = std::max(std::fabs(want), std::fabs(at) + at_zero);
    const double tolerance = c * 0x1p-24 * scale;
    const double error = std::fabs(static_cast<double>(got[i]) - want);
    if (error <= tolerance + 0x1p-149) continue;
    if (error <= 0x1p-48 * magnitude(program, {at}, {}) + tolerance) continue;
    return fmt::format("at {}: got {}, want {}, c {}", at, got[i], want, error / (0x1p-24 * scale));
  }
  return "";
}

TEST(Table, ErrorsStayWithinTheStatedBoundOnOtherInputs) {
  int tables = 0;
  for (const Machine m : machines())
    for (const auto& a : without_parameters())
      for (const bool gradient : {false, true}) {
        const auto& f = gradient ? a.g : a.f;
        const auto attempt = make_table(f, gradient, Element::f32, m);
        if (!attempt.table) continue;
        ++tables;
        EXPECT_LE(attempt.table->error, kMostError);
        EXPECT_EQ(beyond(f, *attempt.table, gradient, kMostError), "")
            << a.name << (gradient ? " g" : " f") << " on " << to_string(m);
      }
  fmt::print("{} tables\n", tables);
  if (!machines().empty()) {
    EXPECT_GE(tables, 60);
  }
}

TEST(Table, ComparatorSeesAWrongCoefficient) {
  if (machines().empty()) GTEST_SKIP() << "no lookups on this machine";
  const auto a = named("gelu");
  auto table = *make_table(a.f, false, Element::f32, machines().back()).table;
  ASSERT_EQ(beyond(a.f, table, false, kMostError), "");
  table.segments.coefficients[1][20 % table.segments.size] += 1e-4F;
  EXPECT_NE(beyond(a.f, table, false, kMostError), "");
}

TEST(Table, MostOfTheZooWithoutParametersVerifies) {
  for (const Machine m : machines()) {
    int verified = 0, all = 0;
    for (const auto& a : zoo_activations()) {
      if (!a.parameters.empty()) continue;
      ++all;
      verified += make_tables(a, Element::f32, m).verified();
    }
    fmt::print("{}: {} of {} verify\n", to_string(m), verified, all);
    EXPECT_GE(verified, m == Machine::avx512 ? 33 : 25);
  }
}

TEST(Table, SaysWhyItIsNotUsed) {
  const Machine m = machines().empty() ? Machine::avx512 : machines().back();
  if (!machines().empty()) {
    EXPECT_NE(make_tables(named("sine"), Element::f32, m).reason().find("tail"), std::string::npos);
  }
  EXPECT_NE(make_tables(named("prelu"), Element::f32, m).reason().find("parameters"),
            std::string::npos);
  EXPECT_NE(make_tables(named("gelu"), Element::f32, Machine::baseline).reason().find("machine"),
            std::string::npos);
  EXPECT_THROW(compile(named("sine"), {Tier::table, Type::f32}), space::Error);
}

TEST(Table, GoesToTheProvedLimits) {
  for (const Machine m : machines())
    for (const auto& a : zoo_activations()) {
      if (!a.parameters.empty()) continue;
      const auto attempt = make_table(a.f, false, Element::f32, m);
      if (!attempt.table) continue;
      const auto got = run(*attempt.table, {-kInfinity, kInfinity});
      space::Proof proof(a);
      for (const int side : {0, 1}) {
        const auto line = proof.asymptote(side == 0 ? -1 : 1);
        if (!line) continue;
        const double slope = line->slope.middle() * (side == 0 ? -1 : 1);
        const auto y = static_cast<double>(got[static_cast<std::size_t>(side)]);
        if (std::fabs(slope) > 1e-9) {
          EXPECT_EQ(y, std::copysign(kInfinity, slope)) << a.name << " side " << side;
        } else {
          EXPECT_NEAR(y, line->intercept.middle(), 1e-6) << a.name << " side " << side;
        }
      }
    }
}

TEST(Table, NaNAndInfinitiesLeaveTheirNeighboursAlone) {
  for (const Machine m : machines())
    for (const char* name : {"gelu", "relu", "sigmoid", "hardtanh", "elish"}) {
      const auto a = named(name);
      const auto table = *make_table(a.f, false, Element::f32, m).table;
      std::vector<float> x(131, 0.7F);
      const auto clean = run(table, x);
      for (const float special : {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity})
        for (const std::size_t i : {0, 17, 63, 128, 130}) {
          auto dirty = x;
          dirty[i] = special;
          auto got = run(table, dirty);
          EXPECT_EQ(std::isnan(got[i]), std::isnan(special)) << name << " at " << i;
          got[i] = clean[i];
          EXPECT_EQ(got, clean) << name << " at " << i;
        }
    }
}

TEST(Table, ValuesDoNotDependOnSizeAlignmentOrAliasing) {
  for (const Machine m : machines())
    for (const Element element : {Element::f32, Element::bf16})
      for (const char* name : {"gelu", "relu", "hardswish"}) {
        const auto attempt = make_table(named(name).g, true, element, m);
        ASSERT_TRUE(attempt.table) << attempt.reason;
        const std::size_t size = element == Element::f32 ? 4 : 2;
        const auto values = inputs(300, 3);
        std::vector<char> x(300 * size + 64), gy(x.size()), want(300 * size);
        for (std::size_t i = 0; i < 300; ++i) {
          const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(values[i]));
          std::memcpy(&x[i * size], reinterpret_cast<const char*>(&bits) + 4 - size, size);
        }
        std::reverse_copy(x.begin(), x.begin() + 300 * static_cast<std::ptrdiff_t>(size),
                          gy.begin());
        if (element == Element::f32) gy = x;
        const auto loop = attempt.table->loop(true);
        loop(attempt.table->segments, x.data(), gy.data(), want.data(), 300);
        for (const std::size_t n : {0, 1, 7, 15, 16, 17, 31, 33, 47, 100, 299})
          for (const std::size_t shift : {0, 1, 2, 13}) {
            std::vector<char> moved(x.size() + shift, 1), gradient(gy.size() + shift, 1);
            std::memcpy(moved.data() + shift, x.data(), n * size);
            std::memcpy(gradient.data() + shift, gy.data(), n * size);
            loop(attempt.table->segments, moved.data() + shift, gradient.data() + shift,
                 gradient.data() + shift, static_cast<std::int64_t>(n));
            ASSERT_EQ(std::memcmp(gradient.data() + shift, want.data(), n * size), 0)
                << name << " n " << n << " shift " << shift;
            if (shift > 0) {
              ASSERT_EQ(gradient[shift - 1], 1) << "wrote before the buffer";
            }
            ASSERT_EQ(gradient[shift + n * size], 1) << "wrote behind the buffer";
          }
      }
}

TEST(Table, EveryBfloat16IsRoundedAlmostToNearest) {
  for (const Machine m : machines())
    for (const auto& a : zoo_activations()) {
      if (!a.parameters.empty()) continue;
      const auto attempt = make_table(a.f, false, Element::bf16, m);
      if (!attempt.table) continue;
      std::vector<std::uint16_t> x(65536), y(65536);
      for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::uint16_t>(i);
      attempt.table->loop(false)(attempt.table->segments, x.data(), nullptr, y.data(), 65536);
      const double most = std::fabs(space::value(a.f, 40)) > 30 ? 1e38 : 2;
      for (std::size_t i = 0; i < x.size(); ++i) {
        const auto at =
            static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(i << 16)));
        const auto got =
            static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(y[i]) << 16));
        if (std::isnan(at)) {
          ASSERT_TRUE(std::isnan(got)) << a.name;
        }
        if (!(std::fabs(at) < 0x1p60)) continue;
        const double want = space::value(a.f, at);
        const double scale = std::max(
            std::fabs(want), std::min(std::fabs(at) + std::fabs(space::value(a.f, 0)), most));
        ASSERT_LE(std::fabs(got - want), 1.3 * 0x1p-9 * scale * 2 + 0x1p-126)
            << a.name << " at " << at << " got " << got << " want " << want;
      }
    }
}

TEST(Table, KernelsBackwardAndDoubleBackwardAgreeWithTheReference) {
  const auto a = named("mish");
  const auto kernel = compile(a), reference = compile(a, {Tier::interpreter, Type::f32});
  EXPECT_EQ(kernel->tier(),
            machines().empty() ? (has_llvm() ? Tier::llvm : Tier::interpreter) : Tier::table);
  const auto values = inputs(1000, 31);
  const std::vector<float> x(values.begin(), values.end()), gy(values.rbegin(), values.rend());
  std::vector<float> got(1000), want(1000), dgy(1000), dx(1000), want_dgy(1000), want_dx(1000);
  kernel->backward(x.data(), gy.data(), got.data(), 1000, {}, {});
  reference->backward(x.data(), gy.data(), want.data(), 1000, {}, {});
  kernel->double_backward(x.data(), gy.data(), gy.data(), dgy.data(), dx.data(), 1000, {}, {}, {});
  reference->double_backward(x.data(), gy.data(), gy.data(), want_dgy.data(), want_dx.data(), 1000,
                             {}, {}, {});
  for (std::size_t i = 0; i < 1000; ++i) {
    const float tolerance = 1e-6F * std::fabs(gy[i]);
    ASSERT_NEAR(got[i], want[i], tolerance) << x[i];
    ASSERT_NEAR(dgy[i], want_dgy[i], tolerance) << x[i];
    ASSERT_NEAR(dx[i], want_dx[i], 4 * tolerance * std::fabs(gy[i]) + 1e-30F) << x[i];
  }
}

TEST(Table, SwitchesAreFoundToTheFloat) {
  const auto found = [](const char* text) { return switches(named(text).f, {}, 260); };
  EXPECT_EQ(found("hardshrink"),  // at 0 only |x| turns
            (std::vector<float>{std::nextafter(-0.5F, -1.0F), -0x1p-149F, 0.5F}));
  EXPECT_EQ(found("relu6"), (std::vector<float>{0, 6}));
  EXPECT_TRUE(found("f: tanh(x)").empty());
}

TEST(Table, AForcedMachineIsObeyedAndANonsenseOneIsAnError) {
  ASSERT_EQ(::setenv("ANTIGRAD_ISA", "baseline", 1), 0);
  EXPECT_EQ(machine(), Machine::baseline);
  ASSERT_EQ(::setenv("ANTIGRAD_ISA", "avx3", 1), 0);
  EXPECT_THROW(machine(), space::Error);
  ASSERT_EQ(::unsetenv("ANTIGRAD_ISA"), 0);
}

}  // namespace
}  // namespace antigrad::kernels
