// A function that the compiler makes for several machines, of which the loader chooses one, and
// loops whose turns do not depend on each other.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__)
#define ANTIGRAD_EACH_MACHINE __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define ANTIGRAD_EACH_MACHINE
#endif
#if defined(__clang__)
#define ANTIGRAD_ANY_ORDER _Pragma("clang loop vectorize(assume_safety)")
#else
#define ANTIGRAD_ANY_ORDER _Pragma("GCC ivdep")
#endif
/// Of a body that such functions share: it becomes part of each.
#define ANTIGRAD_INLINE inline __attribute__((always_inline))
