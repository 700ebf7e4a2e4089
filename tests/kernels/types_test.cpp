// Every type in every engine: conversions to the last bit, float64 to libm's accuracy, float16 and
// bfloat16 rounded once.
#include <gtest/gtest.h>

#include <bit>

#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

constexpr std::uint32_t kAll = 1U << 16;  // values of 16 bits

/// What defines a format of 16 bits: digits behind the point, exponent of its smallest normal.
struct Format {
  int digits, lowest;
};
constexpr Format format_of(Bf16) { return {7, -126}; }
constexpr Format format_of(F16) { return {10, -14}; }

/// The value by its definition.
template <class T>
double defined(T h) {
  const auto [digits, lowest] = format_of(h);
  const int exponent = (h.bits & 0x7fff) >> digits, top = (1 << (15 - digits)) - 1;
  const double mantissa = h.bits & ((1 << digits) - 1), sign = h.bits & 0x8000 ? -1 : 1;
  if (exponent == top)
    return mantissa == 0 ? sign * std::numeric_limits<double>::infinity()
                         : std::numeric_limits<double>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(mantissa, lowest - digits);
  return sign * std::ldexp(mantissa + (1 << digits), lowest - digits + exponent - 1);
}

template <class T>
T narrowed(float x) {
  T h;
  narrow(x, h);
  return h;
}

template <class T>
void check_conversions() {
  for (std::uint32_t bits = 0; bits < kAll; ++bits) {
    const T h{static_cast<std::uint16_t>(bits)};
    const double want = defined(h);
    const float got = widen(h);
    if (std::isnan(want)) {
      ASSERT_TRUE(std::isnan(got) && std::isnan(widen(narrowed<T>(got)))) << bits;
      continue;
    }
    ASSERT_EQ(std::bit_cast<std::uint64_t>(static_cast<double>(got)),
              std::bit_cast<std::uint64_t>(want))
        << bits;
    ASSERT_EQ(narrowed<T>(got).bits, bits);
    const T next{static_cast<std::uint16_t>(bits + 1)};
    if (std::isinf(want)) continue;
    // Half-way to the next magnitude, where infinity stands for the next power of two.
    const double above = std::isinf(defined(next))
                             ? std::copysign(std::ldexp(1, std::ilogb(want) + 1), want)
                             : defined(next);
    const auto half = static_cast<float>(0.5 * (want + above));
    const float inside = std::nextafter(half, got), outside = std::nextafter(half, 2 * half);
    ASSERT_EQ(static_cast<double>(half), 0.5 * (want + above)) << bits;
    ASSERT_EQ(narrowed<T>(half).bits, bits + (bits & 1)) << bits;
    ASSERT_EQ(narrowed<T>(inside).bits, bits) << bits;
    ASSERT_EQ(narrowed<T>(outside).bits, bits + 1) << bits;
  }
}

TEST(Types, ConversionsAreThoseOfTheDefinition) {
  check_conversions<Bf16>();
  check_conversions<F16>();
}

/// This machine and narrower ones, as the LLVM tier sees them.
std::vector<Isa> isas() {
  std::vector<Isa> all{host_isa()};
  if (all[0].avx512) all.push_back({8, true, false, true, "x86-64-v3", ""});
  if (all[0].f16c && all[0].lanes > 4) all.push_back({4, false, false, false, "x86-64", ""});
  return all;
}

/// Bits of a forward program at all values of T.
template <class T>
std::vector<std::uint16_t> at_all_values(const Routine& routine, double parameter) {
  std::vector<T> x, y(kAll);
  for (std::uint32_t bits = 0; bits < kAll; ++bits) x.push_back({static_cast<std::uint16_t>(bits)});
  const void* const in[] = {x.data()};
  void* const out[] = {y.data()};
  routine.run(in, out, kAll, std::span(&parameter, 1), {});
  std::vector<std::uint16_t> all;
  for (const T h : y) all.push_back(std::isnan(widen(h)) ? 0xffff : h.bits);
  return all;
}

/// a x, where a makes ties, denormals, overflows: the engines round the same product.
template <class T>
void check_rounding(Type type) {
  const Program p = forward_program(named("[a = 1] f: a*x"));
  const auto want_from = interpret(p, type);
  for (const double a : {1.0, 1 + 0x1p-11, 1 + 0x1p-8, 1. / 3, 0x1.8p-9, 2.7e4, 0x1p-20})
    for (const Isa& isa : isas())
      ASSERT_EQ(at_all_values<T>(*llvm_routine(p, type, isa), a),
                at_all_values<T>(*want_from, static_cast<float>(a)))
          << a << ", " << isa.lanes << " lanes";
}

TEST(Types, MachineCodeRoundsAsDefined) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  check_rounding<Bf16>(Type::bf16);
  check_rounding<F16>(Type::f16);
}

/// x, gy, ggx that the type holds.
template <class T>
Call rounded(Call call) {
  for (auto& column : call.columns)
    for (double& v : column) v = number(element<T>(v));
  return call;
}

/// First element that is not the float64 result rounded, with the room that float32 arithmetic has;
/// "" when there is none.
template <class T>
std::string first_wrong_element(const space::Activation& a, const NamedProgram& p, const Call& call,
                                const Result& got, const Result& want) {
  const Format format = format_of(T{});
  const std::size_t n = call.columns.front().size();
  for (std::size_t i = 0; i < want.elements.size(); ++i) {
    std::vector<double> vars;
    for (const auto& column : call.columns) vars.push_back(column[i % n]);
    const double w = want.elements[i];
    const double step =
        std::max(std::ldexp(1, format.lowest), std::fabs(w)) * std::ldexp(1, -format.digits - 1);
    if (std::fabs(w) > defined(T{0x7fff ^ (1 << format_of(T{}).digits)}) / 2) continue;
    const auto text = difference(
        got.elements[i], w, step + kFloatTolerance * magnitude(p.program, vars, call.parameters));
    if (!text.empty())
      return fmt::format("{} of \"{}\" output {} at {}: {}", p.name, a.name, i / n,
                         fmt::join(vars, ", "), text);
  }
  return "";
}

template <class T>
void check_halves(const space::Activation& a, Type type) {
  for (const auto& p : programs(a)) {
    const Call call = rounded<T>(call_of(a, p.program, 67, 41));
    const auto want =
        run<double>(*interpret<double>(p.program), p.program, call.columns, call.parameters);
    const auto plain =
        run<T>(*interpret(p.program, type), p.program, call.columns, call.parameters);
    EXPECT_EQ(first_wrong_element<T>(a, p, call, plain, want), "") << "interpreter";
    if (!has_llvm()) continue;
    const auto code =
        run<T>(*llvm_routine(p.program, type), p.program, call.columns, call.parameters);
    EXPECT_EQ(first_wrong_element<T>(a, p, call, code, want), "") << "llvm";
    EXPECT_EQ(first_disagreement(a, p, call, {want.elements, code.sums}, want), "") << "llvm";
  }
}

TEST(Types, SixteenBitsAreTheFloat64ResultRounded) {
  for (const auto& a : zoo_activations()) {
    check_halves<Bf16>(a, Type::bf16);
    check_halves<F16>(a, Type::f16);
  }
}

bool same_bits(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(a, b, [](double u, double v) {
    return std::bit_cast<std::uint64_t>(u) == std::bit_cast<std::uint64_t>(v) ||
           (std::isnan(u) && std::isnan(v));
  });
}

TEST(Types, Float64IsTheSameInBothEnginesToTheLastBit) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  auto all = row_activations();
  for (const auto& a : zoo_activations()) all.push_back(a);
  all.push_back(named("tanh(x)*gaussian(x)*sigmoid(x)"));  // tabulated
  for (const auto& a : all)
    for (const auto& p : programs(a)) {
      const Call call = call_of(a, p.program, 67, 43);
      const auto want =
          run<double>(*interpret<double>(p.program), p.program, call.columns, call.parameters);
      const auto got = run<double>(*llvm_routine(p.program, Type::f64), p.program, call.columns,
                                   call.parameters);
      EXPECT_TRUE(same_bits(got.elements, want.elements)) << p.name << " of " << a.name;
      for (std::size_t k = 0; k < want.sums.size(); ++k)
        EXPECT_NEAR(got.sums[k], want.sums[k], 1e-13 * std::fabs(want.sums[k]) + 1e-12);
    }
}

TEST(Types, EveryTypeHasAKernel) {
  for (const Tier tier : {Tier::automatic, Tier::interpreter, Tier::llvm}) {
    if (tier == Tier::llvm && !has_llvm()) continue;
    for (const char* name : {"gelu", "xielu"}) {
      const auto a = named(name);
      for (const Type type : {Type::f32, Type::f64, Type::bf16, Type::f16}) {
        const auto kernel = compile(a, {tier, type});
        EXPECT_EQ(kernel->type(), type);
        std::vector<std::byte> x(64), y(64);
        std::vector<double> sums(a.parameters.size());
        kernel->forward(x.data(), y.data(), 8, starts(a));
        EXPECT_EQ(y, x) << name;  // f(0) = 0
        kernel->backward(x.data(), x.data(), y.data(), 8, starts(a), sums);
        std::vector<std::byte> dgy(64), dx(64);
        kernel->double_backward(x.data(), x.data(), x.data(), dgy.data(), dx.data(), 8, starts(a),
                                sums, sums);
        EXPECT_EQ(dx, x) << name;
      }
    }
  }
}

}  // namespace
}  // namespace antigrad::kernels
