// How the AVX2 loops read and write elements, eight at a time. For files that are compiled for that
// machine.
#pragma once
#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#include <immintrin.h>

#include <cstdint>
#include <cstring>

namespace antigrad::kernels {
namespace {

/// load: eight elements; load_pair and store_pair: sixteen, in an order that only they know.
struct Float32 {
  using Type = float;
  static __m256 load(const float* p) { return _mm256_loadu_ps(p); }
  static void load_pair(const float* p, __m256* v) { v[0] = load(p), v[1] = load(p + 8); }
  static void store_pair(float* p, const __m256* v) {
    _mm256_storeu_ps(p, v[0]), _mm256_storeu_ps(p + 8, v[1]);
  }
};

/// Elements with odd numbers are the high halves of 32 bits, those with even numbers the low ones.
/// To nearest, ties away from 0: that moves no NaN that was a bfloat16 once.
struct Bfloat16 {
  using Type = std::uint16_t;
  static __m256 load(const std::uint16_t* p) {
    const __m128i v = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(v), 16));
  }
  static void load_pair(const std::uint16_t* p, __m256* v) {
    const __m256i both = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    v[0] = _mm256_castsi256_ps(_mm256_slli_epi32(both, 16));
    v[1] = _mm256_castsi256_ps(_mm256_blend_epi16(both, _mm256_setzero_si256(), 0x55));
  }
  static void store_pair(std::uint16_t* p, const __m256* v) {
    const __m256i even = _mm256_srli_epi32(rounded(v[0]), 16);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                        _mm256_blend_epi16(even, rounded(v[1]), 0xaa));
  }

 private:
  static __m256i rounded(__m256 v) {
    return _mm256_add_epi32(_mm256_castps_si256(v), _mm256_set1_epi32(0x8000));
  }
};

/// To nearest, ties to even.
struct Float16 {
  using Type = std::uint16_t;
  static __m256 load(const std::uint16_t* p) {
    return _mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  static void load_pair(const std::uint16_t* p, __m256* v) { v[0] = load(p), v[1] = load(p + 8); }
  static void store_pair(std::uint16_t* p, const __m256* v) {
    for (int k = 0; k < 2; ++k)
      _mm_storeu_si128(reinterpret_cast<__m128i*>(p + 8 * k),
                       _mm256_cvtps_ph(v[k], _MM_FROUND_TO_NEAREST_INT));
  }
};

/// All n elements by step(x, gy, out) of sixteen; what is left over through a buffer.
template <class Io, bool kBackward, class Step>
void in_steps(const void* from, const void* gradient, void* to, std::int64_t n, const Step& step) {
  using Type = typename Io::Type;
  const auto* const x = static_cast<const Type*>(from);
  const auto* const gy = static_cast<const Type*>(gradient);
  auto* const out = static_cast<Type*>(to);
  std::int64_t i = 0;
  for (; i + 16 <= n; i += 16) step(x + i, kBackward ? gy + i : gy, out + i);
  if (i == n) return;
  Type rest[3][16] = {};
  const std::size_t bytes = static_cast<std::size_t>(n - i) * sizeof(Type);  // at any address
  std::memcpy(rest[0], x + i, bytes);
  if constexpr (kBackward) std::memcpy(rest[1], gy + i, bytes);
  step(rest[0], rest[1], rest[2]);
  std::memcpy(out + i, rest[2], bytes);
}

}  // namespace
}  // namespace antigrad::kernels
#endif
