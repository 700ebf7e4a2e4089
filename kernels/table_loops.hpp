// The loops of the table tier: one hand-written loop per machine, for any function. This header is
// read by files that are compiled for other machines: it includes nothing that holds code.
#pragma once
#include <cstdint>

#include "kernels/segment_table.hpp"

namespace antigrad::kernels {

/// What the loops are made for. baseline has none: the other tiers serve.
enum class Machine { baseline, avx2, avx512 };

/// What this processor has, lowered by the environment variable ANTIGRAD_ISA (avx2 or baseline).
/// Throws space::Error for another value.
Machine machine();
const char* to_string(Machine machine);

/// Of the buffers. The arithmetic is float32.
enum class Element { f32, bf16, f16 };

/// out[i] = P(x[i]), or gy[i] P(x[i]) where gy is given. NaN in gives NaN out; infinities give the
/// limits of the table; -0 gives a zero of either sign where f(0) = 0. Any n, any alignment; out
/// may be x or gy. A value does not depend on its place.
using TableLoop = void (*)(const Segments& table, const void* x, const void* gy, void* out,
                           std::int64_t n);

/// The loop for a table; nullptr where the machine has none for its form.
TableLoop table_loop(Machine machine, const Segments& table, Element element, bool backward);
TableLoop avx2_table_loop(const Segments& table, Element element, bool backward);
TableLoop avx2_dense_loop(const Segments& table, Element element, bool backward);
TableLoop avx512_table_loop(const Segments& table, Element element, bool backward);
TableLoop avx512_rounded_loop(const Segments& table, Element element, bool backward);

/// Whether any |x[i]| is larger than `reach` or NaN.
using ReachLoop = bool (*)(const void* x, std::int64_t n, float reach);
ReachLoop reach_loop(Machine machine, Element element);
ReachLoop avx2_reach_loop(Element element);
ReachLoop avx512_reach_loop(Element element);

/// What a loop is compared with: it moves the bytes of forward or backward (out = x, or x + gy) and
/// computes nothing. n counts units of 4 bytes (a float, two halves), whole vectors only. nullptr
/// for baseline.
TableLoop move_loop(Machine machine, bool backward);
TableLoop avx2_move_loop(bool backward);
TableLoop avx512_move_loop(bool backward);

}  // namespace antigrad::kernels
