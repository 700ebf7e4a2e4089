// How the AVX-512 loops read and write elements. For files that are compiled for that machine.
#pragma once
#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
#include <immintrin.h>

#include <cstdint>

namespace antigrad::kernels {
namespace {

/// load and store: sixteen elements, the masked ones 0; load_pair and store_pair: 32, in an order
/// that only they know.
struct Float32 {
  using Type = float;
  static __m512 load(const float* p, __mmask16 m) { return _mm512_maskz_loadu_ps(m, p); }
  static void store(float* p, __mmask16 m, __m512 v) { _mm512_mask_storeu_ps(p, m, v); }
  static void load_pair(const float* p, __m512* v) {
    v[0] = _mm512_loadu_ps(p), v[1] = _mm512_loadu_ps(p + 16);
  }
  static void store_pair(float* p, const __m512* v) {
    _mm512_storeu_ps(p, v[0]), _mm512_storeu_ps(p + 16, v[1]);
  }
};

/// Elements with odd numbers are the high halves of 32 bits, those with even numbers the low ones.
/// To nearest, ties away from 0: that moves no NaN that was a bfloat16 once.
struct Bfloat16 {
  using Type = std::uint16_t;
  static __m512i rounded(__m512 v) {
    return _mm512_add_epi32(_mm512_castps_si512(v), _mm512_set1_epi32(0x8000));
  }
  static __m512 load(const std::uint16_t* p, __mmask16 m) {
    const __m512i v = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(m, p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(v, 16));
  }
  static void store(std::uint16_t* p, __mmask16 m, __m512 v) {
    _mm256_mask_storeu_epi16(p, m, _mm512_cvtepi32_epi16(_mm512_srli_epi32(rounded(v), 16)));
  }
  static void load_pair(const std::uint16_t* p, __m512* v) {
    const __m512i both = _mm512_loadu_si512(p);
    v[0] = _mm512_castsi512_ps(_mm512_slli_epi32(both, 16));
    v[1] = _mm512_castsi512_ps(_mm512_and_si512(both, high_half()));
  }
  static void store_pair(std::uint16_t* p, const __m512* v) {
    const __m512i even = _mm512_srli_epi32(rounded(v[0]), 16);
    // high half of the odd ones | even ones
    _mm512_storeu_si512(
        p, _mm512_ternarylogic_epi32(rounded(v[1]), high_half(), even, (0xf0 & 0xcc) | 0xaa));
  }

 private:
  static __m512i high_half() { return _mm512_set1_epi32(static_cast<int>(0xffff0000)); }
};

/// To nearest, ties to even.
struct Float16 {
  using Type = std::uint16_t;
  static __m512 load(const std::uint16_t* p, __mmask16 m) {
    return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(m, p));
  }
  static void store(std::uint16_t* p, __mmask16 m, __m512 v) {
    _mm256_mask_storeu_epi16(p, m, narrow(v));
  }
  static void load_pair(const std::uint16_t* p, __m512* v) {
    for (int k = 0; k < 2; ++k)
      v[k] = _mm512_cvtph_ps(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 16 * k)));
  }
  static void store_pair(std::uint16_t* p, const __m512* v) {
    for (int k = 0; k < 2; ++k)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(p + 16 * k), narrow(v[k]));
  }

 private:
  static __m256i narrow(__m512 v) { return _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT); }
};

}  // namespace
}  // namespace antigrad::kernels
#endif
