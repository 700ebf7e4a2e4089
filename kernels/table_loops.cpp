// Which loops this machine runs.
#include "kernels/table_loops.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include <cstdlib>
#include <string_view>

#include "space/error.hpp"

namespace antigrad::kernels {
namespace {

#if defined(__x86_64__)
/// Asked of the processor itself: clang 14 does not know the word.
bool has_f16c() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(1, &a, &b, &c, &d) != 0 && (c & bit_F16C) != 0;
}
#endif

Machine detect() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq"))
    return Machine::avx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && has_f16c())
    return Machine::avx2;
#endif
  return Machine::baseline;
}

}  // namespace

Machine machine() {
  const Machine best = detect();
  const char* const asked = std::getenv("ANTIGRAD_ISA");
  if (asked == nullptr || std::string_view(asked).empty()) return best;
  for (const Machine m : {Machine::baseline, Machine::avx2, Machine::avx512})
    if (std::string_view(asked) == to_string(m)) return m < best ? m : best;
  throw space::Error("ANTIGRAD_ISA: expected baseline, avx2 or avx512, got \"" +
                     std::string(asked) + "\"");
}

const char* to_string(Machine machine) {
  switch (machine) {
    case Machine::baseline: return "baseline";
    case Machine::avx2: return "avx2";
    case Machine::avx512: return "avx512";
  }
  return "";
}

TableLoop table_loop(Machine machine, const Segments& table, Element element, bool backward) {
  switch (machine) {
    case Machine::baseline: return nullptr;
    case Machine::avx2: return avx2_table_loop(table, element, backward);
    case Machine::avx512: return avx512_table_loop(table, element, backward);
  }
  return nullptr;
}

ReachLoop reach_loop(Machine machine, Element element) {
  return machine == Machine::avx512 ? avx512_reach_loop(element) : avx2_reach_loop(element);
}

TableLoop move_loop(Machine machine, bool backward) {
  switch (machine) {
    case Machine::baseline: return nullptr;
    case Machine::avx2: return avx2_move_loop(backward);
    case Machine::avx512: return avx512_move_loop(backward);
  }
  return nullptr;
}

}  // namespace antigrad::kernels
