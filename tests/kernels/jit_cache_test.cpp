// Machine code kept between processes: the same code, no compilation, values unchanged.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "kernels/cache.hpp"
#include "tests/kernels/cases.hpp"

namespace antigrad::kernels {
namespace {

/// Forward and backward of the zoo by LLVM: how often the code was found, how long a routine took
/// at the fastest and in the median, and a hash of all values.
TEST(JitCache, CompilesTheZoo) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  std::vector<double> milliseconds;
  std::uint64_t values = 0;
  host_isa();
  const auto before = code_cache().counts();
  for (const auto& a : zoo_activations())
    for (const auto& p : {forward_program(a), backward_program(a)}) {
      const auto begin = std::chrono::steady_clock::now();
      const auto routine = llvm_routine(p, Type::f32);
      milliseconds.push_back(
          std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
              .count());
      const Call call = call_of(a, p, 67, 5);
      for (const double v : run<float>(*routine, p, call.columns, call.parameters).elements)
        values = space::mix(values ^ std::bit_cast<std::uint64_t>(v));
    }
  std::ranges::sort(milliseconds);
  const auto counts = code_cache().counts();
  fmt::print("disk {} made {} fastest {:.3f} median {:.3f} values {:x}\n", counts.disk, counts.made,
             milliseconds.front(), milliseconds[milliseconds.size() / 2], values);
  EXPECT_EQ(counts.disk + counts.made + counts.memory,
            before.disk + before.made + before.memory + milliseconds.size());
}

struct Said {
  unsigned long disk = 0, made = 0, values = 0;
  double fastest = 0, median = 0;
};

/// What the test above says in a process of its own.
Said in_another_process(const std::string& folder) {
  const std::string command =
      fmt::format("ANTIGRAD_CACHE={} {} --gtest_filter=JitCache.CompilesTheZoo", folder,
                  std::filesystem::read_symlink("/proc/self/exe").string());
  FILE* const pipe = ::popen(command.c_str(), "r");
  Said said;
  char line[512];
  while (std::fgets(line, sizeof line, pipe) != nullptr)
    std::sscanf(line, "disk %lu made %lu fastest %lf median %lf values %lx", &said.disk, &said.made,
                &said.fastest, &said.median, &said.values);
  EXPECT_EQ(::pclose(pipe), 0);
  return said;
}

TEST(JitCache, AnotherProcessFindsTheCodeAndItsValues) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  std::string folder = (std::filesystem::temp_directory_path() / "antigrad_jit_XXXXXX").string();
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  const Said first = in_another_process(folder), second = in_another_process(folder);
  std::filesystem::remove_all(folder);
  EXPECT_EQ(first.disk, 0U);
  EXPECT_GT(first.made, 100U);
  EXPECT_EQ(second.disk, first.made);
  EXPECT_EQ(second.made, 0U);
  EXPECT_EQ(first.values, second.values);
  fmt::print(
      "a routine: {:.2f} ms made, {:.2f} ms from disk (medians); fastest {:.2f} and {:.2f}\n",
      first.median, second.median, first.fastest, second.fastest);
}

TEST(JitCache, CodeThatHoldsAddressesOfTheProcessIsNotKept) {
  if (!has_llvm()) GTEST_SKIP() << "this build has no LLVM";
  const auto before = code_cache().counts();
  const auto a = named("mish");
  const auto routine = llvm_routine(forward_program(a), Type::f64);
  const auto after = code_cache().counts();
  EXPECT_EQ(after.made + after.disk + after.memory, before.made + before.disk + before.memory);
}

}  // namespace
}  // namespace antigrad::kernels
