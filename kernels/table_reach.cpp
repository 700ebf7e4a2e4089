#include "kernels/table_reach.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "kernels/half.hpp"

namespace antigrad::kernels {
namespace {

constexpr std::int64_t kChunk = 1024;  // looked at, then computed from the cache

/// Copies those elements of `from` to `out` whose x is not within reach.
template <class T>
void choose(const T* x, const T* from, void* out, std::int64_t n, float reach) {
  for (std::int64_t i = 0; i < n; ++i)
    if (!(std::fabs(widen(x[i])) <= reach))
      std::memcpy(static_cast<char*>(out) + i * static_cast<std::int64_t>(sizeof(T)), from + i,
                  sizeof(T));
}

/// One chunk in which something lies beyond.
template <class T>
void mixed(const Table& table, TableLoop loop, const Routine& routine, const void* x,
           const void* gy, void* out, std::int64_t n) {
  std::array<T, kChunk> kept, beyond;
  const void* const in[] = {x, gy};
  void* const to[] = {beyond.data()};
  routine.run({in, gy == nullptr ? 1U : 2U}, to, n, {}, {});
  std::memcpy(kept.data(), x, static_cast<std::size_t>(n) * sizeof(T));
  loop(table.segments, x, gy, out, n);
  choose(kept.data(), beyond.data(), out, n, table.reach);
}

template <class T>
void run(const Table& table, TableLoop loop, const std::function<const Routine&()>& routine,
         const T* x, const T* gy, T* out, std::int64_t n) {
  const ReachLoop beyond = reach_loop(table.machine, table.element);
  for (std::int64_t i = 0; i < n; i += kChunk) {
    const std::int64_t size = std::min(n - i, kChunk);
    const T* const g = gy == nullptr ? nullptr : gy + i;
    if (beyond(x + i, size, table.reach))
      mixed<T>(table, loop, routine(), x + i, g, out + i, size);
    else
      loop(table.segments, x + i, g, out + i, size);
  }
}

}  // namespace

void run_within_reach(const Table& table, TableLoop loop,
                      const std::function<const Routine&()>& routine, const void* x, const void* gy,
                      void* out, std::int64_t n) {
  const auto as = [&]<class T>(T) {
    run(table, loop, routine, static_cast<const T*>(x), static_cast<const T*>(gy),
        static_cast<T*>(out), n);
  };
  switch (table.element) {
    case Element::f32: return as(float{});
    case Element::bf16: return as(Bf16{});
    case Element::f16: return as(F16{});
  }
}

}  // namespace antigrad::kernels
