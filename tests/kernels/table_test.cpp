// The table tier: which activations verify, what errors they have on inputs that the verification
// did not choose, and what happens at the edges of numbers, buffers and machines.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <cstring>

#include "kernels/half.hpp"
#include "kernels/interpreter.hpp"
#include "kernels/kinks.hpp"
#include "kernels/table_kernel.hpp"
#include "kernels/table_verify.hpp"
#include "space/error.hpp"
#include "space/proof.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

constexpr double kMost = 5;  // units of 2^-24, as the header promises
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
    if (std::fabs(x[i]) > table.reach) continue;
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
        EXPECT_LE(attempt.table->error, kMost);
        EXPECT_EQ(beyond(f, *attempt.table, gradient, kMost), "")
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
  ASSERT_EQ(beyond(a.f, table, false, kMost), "");
  for (float& c : table.segments.coefficients[1]) c += 1e-4F;
  for (float& c : table.segments.rows) c += 1e-4F;
  EXPECT_NE(beyond(a.f, table, false, kMost), "");
}

TEST(Table, TheZooWithoutParametersVerifies) {
  for (const Machine m : machines()) {
    int verified = 0, all = 0;
    for (const auto& a : zoo_activations()) {
      if (!a.parameters.empty()) continue;
      ++all;
      const auto tables = make_tables(a, Element::f32, m);
      verified += tables.verified();
      if (!tables.verified()) fmt::print("{} on {}: {}\n", a.name, to_string(m), tables.reason());
    }
    fmt::print("{}: {} of {} verify\n", to_string(m), verified, all);
    EXPECT_GE(verified, m == Machine::avx512 ? all : 36);
  }
}

TEST(Table, SaysWhyItIsNotUsed) {
  const Machine m = machines().empty() ? Machine::avx512 : machines().back();
  if (!machines().empty()) {
    EXPECT_NE(make_tables(named("f: sin(40*x)"), Element::f32, m).reason().find("polynomials"),
              std::string::npos);
  }
  EXPECT_NE(make_tables(named("prelu"), Element::f32, m).reason().find("parameters"),
            std::string::npos);
  EXPECT_NE(make_tables(named("gelu"), Element::f32, Machine::baseline).reason().find("machine"),
            std::string::npos);
  EXPECT_THROW(compile(named("f: sin(40*x)"), {Tier::table, Type::f32}), space::Error);
}

TEST(Table, GoesToTheProvedLimits) {
  for (const Machine m : machines())
    for (const auto& a : zoo_activations()) {
      if (!a.parameters.empty()) continue;
      const auto attempt = make_table(a.f, false, Element::f32, m);
      if (!attempt.table || std::isfinite(attempt.table->reach)) continue;
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
    for (const char* name : {"gelu", "relu", "sigmoid", "hardtanh", "elish", "tanh", "softplus",
                             "log_sigmoid", "lisht", "tanhshrink", "elu", "mish", "dsilu"}) {
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
    for (const Element element : {Element::f32, Element::bf16, Element::f16})
      for (const char* name :
           {"gelu", "relu", "hardswish", "elu", "mish", "tanh", "lisht", "elish"}) {
        const auto attempt = make_table(named(name).g, true, element, m);
        ASSERT_TRUE(attempt.table) << attempt.reason;
        const std::size_t size = element == Element::f32 ? 4 : 2;
        const auto values = inputs(300, 3);
        const auto put = [&](void* to, double v) {
          const auto x = static_cast<float>(v);
          if (element == Element::f32) std::memcpy(to, &x, 4);
          if (element == Element::bf16) narrow(x, *static_cast<Bf16*>(to));
          if (element == Element::f16) narrow(x, *static_cast<F16*>(to));
        };
        std::vector<char> x(300 * size + 64), gy(x.size()), want(300 * size);
        for (std::size_t i = 0; i < 300; ++i) {
          put(&x[i * size], values[i]);
          put(&gy[i * size], values[299 - i]);
        }
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

/// The largest error over all 65,536 inputs within reach, in units in the last place of the scale
/// that Table::error states.
template <class Half>
double worst_of_all(const space::Expr& f, const Table& table, bool gradient, int digits,
                    double normal) {
  constexpr std::size_t kAll = 65536;
  std::vector<Half> x(kAll), y(kAll);
  std::vector<double> at(kAll), want(kAll);
  for (std::size_t i = 0; i < kAll; ++i) {
    x[i].bits = static_cast<std::uint16_t>(i);
    at[i] = static_cast<double>(widen(x[i]));
  }
  table.loop(false)(table.segments, x.data(), nullptr, y.data(), kAll);
  const void* const in[] = {at.data()};
  void* const out[] = {want.data()};
  interpret({space::simplify(f), 1, 0, 1, 0}, Type::f64)->run(in, out, kAll, {}, {});
  const auto counts = [&](std::size_t i) {
    return std::fabs(at[i]) < 0x1p60 && !(std::fabs(at[i]) > static_cast<double>(table.reach));
  };
  double most = 0;
  for (std::size_t i = 0; i < kAll; ++i)
    if (counts(i)) most = std::max(most, std::fabs(want[i]));
  const double at_zero = gradient ? 1 : std::fabs(want[0]);
  double worst = 0;
  for (std::size_t i = 0; i < kAll; ++i) {
    const auto got = static_cast<double>(widen(y[i]));
    if (std::isnan(at[i]) && std::isinf(table.reach)) {
      EXPECT_TRUE(std::isnan(got)) << i;
    }
    if (!counts(i) || std::fabs(want[i]) > 65504) continue;
    const double scale = std::max(std::fabs(want[i]), std::min(std::fabs(at[i]) + at_zero, most));
    const int exponent = std::max(std::ilogb(scale), std::ilogb(normal));
    const double unit = std::ldexp(1, exponent + 1 - digits);
    if (std::fabs(got - want[i]) > unit * std::ldexp(normal, -exponent))
      worst = std::max(worst, std::fabs(got - want[i]) / unit);
  }
  return worst;
}

TEST(Table, EveryHalfIsRoundedAlmostToNearest) {
  for (const Machine m : machines()) {
    int tables = 0;
    double worst[2] = {0, 0};
    for (const auto& a : zoo_activations())
      for (const bool gradient : {false, true}) {
        if (!a.parameters.empty()) continue;
        const auto& f = gradient ? a.g : a.f;
        if (const auto t = make_table(f, gradient, Element::bf16, m).table) {
          const double c = worst_of_all<Bf16>(f, *t, gradient, 8, 0x1p-126);
          EXPECT_LE(c, 0.63) << a.name << (gradient ? " g" : " f") << " bf16 " << to_string(m);
          worst[0] = std::max(worst[0], c), ++tables;
        }
        if (const auto t = make_table(f, gradient, Element::f16, m).table) {
          const double c = worst_of_all<F16>(f, *t, gradient, 11, 0x1p-14);
          EXPECT_LE(c, 0.63) << a.name << (gradient ? " g" : " f") << " f16 " << to_string(m);
          worst[1] = std::max(worst[1], c), ++tables;
        }
      }
    fmt::print("{}: {} tables, all inputs within {:.3f} (bf16) and {:.3f} (f16) ULP\n",
               to_string(m), tables, worst[0], worst[1]);
    EXPECT_GE(tables, m == Machine::avx512 ? 150 : 100);
  }
}

TEST(Table, BeyondItsReachAnotherEngineServesElementByElement) {
  if (machines().empty()) GTEST_SKIP() << "no lookups on this machine";
  for (const char* name : {"sine", "softsign", "squareplus", "f: exp(0.05*x)"}) {
    const auto a = named(name);
    const auto kernel = compile(a, {Tier::table, Type::f32});
    const auto reference = compile(a, {Tier::interpreter, Type::f32});
    auto values = inputs(3000, 77);
    for (std::size_t i = 5; i < values.size(); i += 97) values[i] *= 40;
    std::vector<float> x(values.begin(), values.end()), gy(x.rbegin(), x.rend());
    x[7] = std::numeric_limits<float>::quiet_NaN(), x[8] = 18;
    std::vector<float> y(3000), want(3000), gx(3000), want_gx(3000);
    kernel->forward(x.data(), y.data(), 3000, {});
    reference->forward(x.data(), want.data(), 3000, {});
    kernel->backward(x.data(), gy.data(), gx.data(), 3000, {}, {});
    reference->backward(x.data(), gy.data(), want_gx.data(), 3000, {}, {});
    for (std::size_t i = 0; i < 3000; ++i) {
      if (i == 7) {
        EXPECT_TRUE(std::isnan(y[i]) && std::isnan(gx[i])) << name;
        continue;
      }
      const float bound = 2e-6F * (1 + std::fabs(want[i]));
      ASSERT_NEAR(y[i], want[i], bound) << name << " at " << x[i];
      ASSERT_NEAR(gx[i], want_gx[i], bound * (1 + std::fabs(gy[i]))) << name << " at " << x[i];
      float alone;
      kernel->forward(&x[i], &alone, 1, {});
      ASSERT_EQ(alone, y[i]) << name << " at " << x[i];
    }
    kernel->forward(x.data(), x.data(), 3000, {});  // in place
    for (std::size_t i = 8; i < 3000; ++i) ASSERT_EQ(x[i], y[i]) << name;
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

TEST(Table, MachineCodeServesWhereQuotientsAndRootsAreCheaper) {
  for (const char* name : {"softsign", "isru", "squareplus"}) {
    if (has_llvm()) {
      EXPECT_EQ(compile(named(name))->tier(), Tier::llvm) << name;
    }
  }
  for (const char* name : {"relu", "gelu", "sine"}) {
    if (!machines().empty()) {
      EXPECT_EQ(compile(named(name))->tier(), Tier::table) << name;
    }
  }
}

TEST(Table, AForcedMachineIsObeyedAndANonsenseOneIsAnError) {
  ASSERT_EQ(::setenv("ANTIGRAD_ISA", "baseline", 1), 0);
  EXPECT_EQ(machine(), Machine::baseline);
  ASSERT_EQ(::setenv("ANTIGRAD_ISA", "avx3", 1), 0);
  EXPECT_THROW(machine(), space::Error);
  ASSERT_EQ(::unsetenv("ANTIGRAD_ISA"), 0);
}

TEST(Table, GradientsWithoutALoopOfTheirFormAreServedOtherwise) {
  // Its gradient has a finish that only values have loops for.
  const auto a = named("0.8*x*sigmoid(x) + 0.85");
  const auto kernel = compile(a);
  const std::vector<float> x{-3, -0.5F, 0, 0.25F, 2}, gy(5, 1);
  std::vector<float> gx(5);
  kernel->backward(x.data(), gy.data(), gx.data(), 5, {}, {});
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto at = static_cast<double>(x[i]);
    EXPECT_NEAR(static_cast<double>(gx[i]), space::value(a.g, at), 1e-6) << at;
  }
}

}  // namespace
}  // namespace antigrad::kernels
