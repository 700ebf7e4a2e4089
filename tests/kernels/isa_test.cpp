// Every path that this machine has: the same functions with AVX-512, with AVX2 and without either,
// as ANTIGRAD_ISA asks for them, in every tier and type.
#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>

#include "kernels/table_loops.hpp"
#include "space/error.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

/// ANTIGRAD_ISA while it lives.
class Asked {
 public:
  explicit Asked(const char* isa) {
    if (const char* const was = std::getenv("ANTIGRAD_ISA")) was_ = was;
    setenv("ANTIGRAD_ISA", isa, 1);
  }
  ~Asked() { was_.empty() ? unsetenv("ANTIGRAD_ISA") : setenv("ANTIGRAD_ISA", was_.c_str(), 1); }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

 private:
  std::string was_;
};

/// The names of the paths that this machine has.
std::vector<const char*> paths() {
  const Asked best("avx512");
  std::vector<const char*> all;
  for (const Machine m : {Machine::baseline, Machine::avx2, Machine::avx512})
    if (m <= machine()) all.push_back(to_string(m));
  return all;
}

template <class T>
void check(const space::Activation& a, const Kernel& kernel, const std::string& where) {
  const int kept = kernel.type() == Type::bf16 ? 8 : kernel.type() == Type::f16 ? 11 : 24;
  const double least = kernel.type() == Type::f16 ? 0x1p-14 : 0x1p-126;
  const Program programs[] = {forward_program(a), backward_program(a), double_backward_program(a)};
  const Call call = call_of(a, programs[2], 203, 3);
  std::vector<T> in[3];
  std::vector<std::vector<double>> columns(3);
  for (std::size_t k = 0; k < 3; ++k)
    for (const double v : call.columns[k]) {
      in[k].push_back(element<T>(v));
      columns[k].push_back(number(in[k].back()));
    }
  const auto theta = starts(a);
  const std::vector<double> ggtheta(
      call.parameters.begin() + static_cast<std::ptrdiff_t>(theta.size()), call.parameters.end());
  const std::size_t n = in[0].size();
  // All outputs from element `first` on, one after the other.
  const auto outputs = [&](std::size_t first) {
    std::vector<T> out[4];
    for (auto& o : out) o.resize(n - first);
    std::vector<double> sums(theta.size());
    const auto size = static_cast<std::int64_t>(n - first);
    kernel.forward(&in[0][first], out[0].data(), size, theta);
    kernel.backward(&in[0][first], &in[1][first], out[1].data(), size, theta, sums);
    kernel.double_backward(&in[0][first], &in[1][first], &in[2][first], out[2].data(),
                           out[3].data(), size, theta, ggtheta, sums);
    std::vector<std::vector<double>> all(4);
    for (std::size_t k = 0; k < 4; ++k)
      for (const T& v : out[k]) all[k].push_back(number(v));
    return all;
  };
  const auto got = outputs(0);
  std::size_t k = 0;
  for (const Program& p : programs) {
    const auto want =
        run<double>(*interpret<double>(p), p, columns, k < 2 ? theta : call.parameters);
    for (int o = 0; o < p.elementwise; ++o, ++k)
      for (std::size_t i = 0; i < n; ++i) {
        const double w = want.elements[static_cast<std::size_t>(o) * n + i];
        const double scale =
            magnitude(p, {columns[0][i], columns[1][i], columns[2][i]}, call.parameters);
        // A table's error counts against the size of the function.
        const double table = kernel.tier() == Tier::table ? std::min(1.0, scale) : 0;
        ASSERT_EQ(difference(got[k][i], w,
                             std::ldexp(std::max({std::fabs(w), least, table}), -kept) +
                                 kFloatTolerance * scale),
                  "")
            << where << " output " << k << " at " << columns[0][i];
      }
  }
  for (const std::size_t first : {1, 7, 64, 190}) {
    const auto later = outputs(first);
    for (k = 0; k < 4; ++k)
      for (std::size_t i = first; i < n; ++i)
        ASSERT_EQ(std::bit_cast<std::uint64_t>(later[k][i - first]),
                  std::bit_cast<std::uint64_t>(got[k][i]))
            << where << " output " << k << " depends on where an element stands";
  }
}

TEST(InstructionSets, EveryPathOfThisMachineComputesTheSame) {
  for (const char* path : paths()) {
    const Asked asked(path);
    std::vector<Tier> tiers{Tier::interpreter, Tier::automatic};
    if (has_llvm()) tiers.push_back(Tier::llvm);
    for (const char* name :
         {"gelu", "silu", "mish", "tanh", "relu", "elu", "xielu", "srs", "tanh(x)*sigmoid(x)"})
      for (const Tier tier : tiers) {
        const auto a = named(name);
        const auto where = [&](const Kernel& k, const char* type) {
          return fmt::format("{} {} {} {}", path, name, to_string(k.tier()), type);
        };
        const auto f32 = compile(a, {tier, Type::f32}), f64 = compile(a, {tier, Type::f64}),
                   bf16 = compile(a, {tier, Type::bf16}), f16 = compile(a, {tier, Type::f16});
        check<float>(a, *f32, where(*f32, "f32"));
        check<double>(a, *f64, where(*f64, "f64"));
        check<Bf16>(a, *bf16, where(*bf16, "bf16"));
        check<F16>(a, *f16, where(*f16, "f16"));
        if (HasFatalFailure()) return;
      }
  }
}

TEST(InstructionSets, TheEnvironmentIsAskedAtEveryCompilation) {
  const auto a = named("gelu");
  for (const char* path : paths()) {
    const Asked asked(path);
    EXPECT_STREQ(to_string(machine()), path);
    const bool table = machine() != Machine::baseline;
    EXPECT_EQ(compile(a)->tier() == Tier::table, table) << path;
    if (!has_llvm()) continue;
    EXPECT_EQ(host_isa().lanes, machine() == Machine::avx512 ? 16 : table ? 8 : 4) << path;
  }
}

TEST(InstructionSets, AnUnknownOneIsRefusedWithTheNamesThereAre) {
  const Asked asked("sse9");
  try {
    compile(named("f: 0.3*tanh(x)"));
    FAIL() << "compiled";
  } catch (const space::Error& e) {
    EXPECT_NE(std::string(e.what()).find("avx2"), std::string::npos) << e.what();
  }
}

}  // namespace
}  // namespace antigrad::kernels
