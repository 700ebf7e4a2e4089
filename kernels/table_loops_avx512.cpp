// The loops with AVX-512: tables of 32 floats lie in two registers and one permutation looks
// sixteen elements up. Compiled for that machine; nothing here runs before machine() said so.
#include "kernels/table_loops.hpp"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
#include <immintrin.h>

namespace antigrad::kernels {
namespace {

/// Floats of a table, looked up by index.
struct Column32 {
  __m512 low, high;
  explicit Column32(const float* values)
      : low(_mm512_load_ps(values)), high(_mm512_load_ps(values + 16)) {}
  __m512 operator[](__m512i i) const { return _mm512_permutex2var_ps(low, i, high); }
};
struct Column16 {
  __m512 values;
  explicit Column16(const float* v) : values(_mm512_load_ps(v)) {}
  __m512 operator[](__m512i i) const { return _mm512_permutexvar_ps(i, values); }
};

struct Graded {
  using Column = Column32;
  __m512 pivot, scale, top;
  __m512i shift;
  explicit Graded(const Segments& s)
      : pivot(_mm512_set1_ps(s.pivot)),
        scale(_mm512_set1_ps(s.scale)),
        top(_mm512_set1_ps(s.top)),
        shift(_mm512_set1_epi32(s.shift)) {}
  __m512i operator()(__m512 x) const {
    const __m512 distance = _mm512_abs_ps(_mm512_sub_ps(x, pivot));
    const __m512 u = _mm512_min_ps(_mm512_fmadd_ps(distance, scale, _mm512_set1_ps(2)), top);
    const __m512i i = _mm512_srlv_epi32(_mm512_castps_si512(u), shift);
    const __mmask16 right = _mm512_cmp_ps_mask(x, pivot, _CMP_GT_OQ);
    return _mm512_mask_add_epi32(i, right, i, _mm512_set1_epi32(Segments::kMost / 2));
  }
};

/// Few breaks are counted.
template <int kBreaks>
struct Counted {
  using Column = Column16;
  __m512 breaks[kBreaks];
  explicit Counted(const Segments& s) {
    for (int k = 0; k < kBreaks; ++k) breaks[k] = _mm512_set1_ps(s.breaks[k]);
  }
  __m512i operator()(__m512 x) const {
    __m512i i = _mm512_setzero_si512();
#pragma GCC unroll 8
    for (int k = 0; k < kBreaks; ++k)
      i = _mm512_mask_add_epi32(i, _mm512_cmp_ps_mask(breaks[k], x, _CMP_LT_OQ), i,
                                _mm512_set1_epi32(1));
    return i;
  }
};

/// Many are searched.
struct Searched {
  using Column = Column32;
  Column32 breaks;
  explicit Searched(const Segments& s) : breaks(s.breaks) {}
  __m512i operator()(__m512 x) const {
    __m512i i = _mm512_setzero_si512();
#pragma GCC unroll 8
    for (int step = Segments::kMost / 2; step > 0; step /= 2) {
      const __m512 probe = breaks[_mm512_add_epi32(i, _mm512_set1_epi32(step - 1))];
      i = _mm512_mask_add_epi32(i, _mm512_cmp_ps_mask(probe, x, _CMP_LT_OQ), i,
                                _mm512_set1_epi32(step));
    }
    return i;
  }
};

struct Float32 {
  using Type = float;
  static __m512 load(const float* p, __mmask16 m) { return _mm512_maskz_loadu_ps(m, p); }
  static void store(float* p, __mmask16 m, __m512 v) { _mm512_mask_storeu_ps(p, m, v); }
  static __m512 load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(float* p, __m512 v) { _mm512_storeu_ps(p, v); }
};

struct Bfloat16 {
  using Type = std::uint16_t;
  static __m512 widen(__m256i v) {
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(v), 16));
  }
  /// To nearest, ties to even.
  static __m256i narrow(__m512 v) {
    const __m512i bits = _mm512_castps_si512(v);
    const __m512i odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    const __m512i rounded =
        _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    const __mmask16 nan = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    const __m512i kept = _mm512_mask_mov_epi32(rounded, nan, _mm512_set1_epi32(0x7fc00000));
    return _mm512_cvtepi32_epi16(_mm512_srli_epi32(kept, 16));
  }
  static __m512 load(const std::uint16_t* p, __mmask16 m) {
    return widen(_mm256_maskz_loadu_epi16(m, p));
  }
  static void store(std::uint16_t* p, __mmask16 m, __m512 v) {
    _mm256_mask_storeu_epi16(p, m, narrow(v));
  }
  static __m512 load(const std::uint16_t* p) {
    return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static void store(std::uint16_t* p, __m512 v) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p), narrow(v));
  }
};

template <class Index, int kDegree>
class Polynomials {
 public:
  explicit Polynomials(const Segments& s) : Polynomials(s, typename Make<kDegree + 1>::Type{}) {}

  /// NaN for infinities, unless a power of them is the limit already.
  __m512 operator()(__m512 x) const {
    const __m512i i = index_(x);
    const __m512 t = _mm512_sub_ps(x, origins_[i]);
    __m512 y = coefficients_[kDegree][i];
#pragma GCC unroll 8
    for (int k = kDegree - 1; k >= 0; --k) y = _mm512_fmadd_ps(y, t, coefficients_[k][i]);
    return y;
  }
  /// Limits where x is infinite.
  __m512 limits(__m512 x, __m512 y) const {
    const __m512 infinity = _mm512_set1_ps(__builtin_inff());
    const __m512 minus = _mm512_sub_ps(_mm512_setzero_ps(), infinity);
    y = _mm512_mask_mov_ps(y, _mm512_cmp_ps_mask(x, infinity, _CMP_EQ_OQ), right_);
    return _mm512_mask_mov_ps(y, _mm512_cmp_ps_mask(x, minus, _CMP_EQ_OQ), left_);
  }

 private:
  using Column = typename Index::Column;
  template <int...>
  struct List {};
  template <int kCount, int... k>
  struct Make : Make<kCount - 1, kCount - 1, k...> {};
  template <int... k>
  struct Make<0, k...> {
    using Type = List<k...>;
  };

  template <int... k>
  Polynomials(const Segments& s, List<k...>)
      : index_(s),
        origins_(s.origins),
        coefficients_{Column(s.coefficients[k])...},
        left_(_mm512_set1_ps(s.left_limit)),
        right_(_mm512_set1_ps(s.right_limit)) {}

  Index index_;
  Column origins_;
  Column coefficients_[kDegree + 1];
  __m512 left_, right_;
};

template <class Index, int kDegree, class Io, bool kBackward>
void run(const Segments& table, const void* from, const void* gradient, void* to, std::int64_t n) {
  using Type = typename Io::Type;
  const auto* const x = static_cast<const Type*>(from);
  const auto* const gy = static_cast<const Type*>(gradient);
  auto* const out = static_cast<Type*>(to);
  const Polynomials<Index, kDegree> p(table);
  std::int64_t i = 0;
  for (; i + 32 <= n; i += 32) {
    const __m512 x0 = Io::load(x + i), x1 = Io::load(x + i + 16);
    __m512 y0 = p(x0), y1 = p(x1);
    if (_mm512_cmp_ps_mask(y0, y1, _CMP_UNORD_Q) != 0) [[unlikely]]
      y0 = p.limits(x0, y0), y1 = p.limits(x1, y1);
    if constexpr (kBackward) {
      y0 = _mm512_mul_ps(y0, Io::load(gy + i));
      y1 = _mm512_mul_ps(y1, Io::load(gy + i + 16));
    }
    Io::store(out + i, y0);
    Io::store(out + i + 16, y1);
  }
  for (; i < n; i += 16) {
    const auto m = static_cast<__mmask16>(n - i >= 16 ? 0xffff : (1U << (n - i)) - 1);
    const __m512 x0 = Io::load(x + i, m);
    __m512 y0 = p.limits(x0, p(x0));
    if constexpr (kBackward) y0 = _mm512_mul_ps(y0, Io::load(gy + i, m));
    Io::store(out + i, m, y0);
  }
}

/// out = x, or x + gy: the bytes of a kernel and no more.
template <class Io, bool kBackward>
void move(const Segments&, const void* from, const void* gradient, void* to, std::int64_t n) {
  using Type = typename Io::Type;
  const auto* const x = static_cast<const Type*>(from);
  const auto* const gy = static_cast<const Type*>(gradient);
  auto* const out = static_cast<Type*>(to);
  for (std::int64_t i = 0; i + 16 <= n; i += 16) {
    __m512 y = Io::load(x + i);
    if constexpr (kBackward) y = _mm512_add_ps(y, Io::load(gy + i));
    Io::store(out + i, y);
  }
}

template <class Index, int kDegree>
TableLoop loop(Element element, bool backward) {
  if (element == Element::f32)
    return backward ? run<Index, kDegree, Float32, true> : run<Index, kDegree, Float32, false>;
  return backward ? run<Index, kDegree, Bfloat16, true> : run<Index, kDegree, Bfloat16, false>;
}

TableLoop graded(int degree, Element element, bool backward) {
  switch (degree) {
    case 1:
    case 2:
    case 3: return loop<Graded, 3>(element, backward);
    case 4: return loop<Graded, 4>(element, backward);
    case 5: return loop<Graded, 5>(element, backward);
    case 6: return loop<Graded, 6>(element, backward);
    case 7: return loop<Graded, 7>(element, backward);
    default: return loop<Graded, 8>(element, backward);
  }
}

template <int kBreaks>
TableLoop counted(int degree, Element element, bool backward) {
  switch (degree) {
    case 1: return loop<Counted<kBreaks>, 1>(element, backward);
    case 2: return loop<Counted<kBreaks>, 2>(element, backward);
    default: return loop<Counted<kBreaks>, 3>(element, backward);
  }
}

}  // namespace

TableLoop avx512_move_loop(Element element, bool backward) {
  if (element == Element::f32) return backward ? move<Float32, true> : move<Float32, false>;
  return backward ? move<Bfloat16, true> : move<Bfloat16, false>;
}

TableLoop avx512_table_loop(const Segments& table, Element element, bool backward) {
  if (!table.sorted) return table.size == 32 ? graded(table.degree, element, backward) : nullptr;
  const float none = __builtin_inff();
  if (table.size == 8 && table.degree <= 3) {
    if (table.breaks[1] == none) return counted<1>(table.degree, element, backward);
    if (table.breaks[3] == none) return counted<3>(table.degree, element, backward);
    return counted<7>(table.degree, element, backward);
  }
  if (table.degree <= 3) return loop<Searched, 3>(element, backward);
  if (table.degree <= 5) return loop<Searched, 5>(element, backward);
  return loop<Searched, 8>(element, backward);
}

}  // namespace antigrad::kernels
#else
namespace antigrad::kernels {

TableLoop avx512_move_loop(Element, bool) { return nullptr; }
TableLoop avx512_table_loop(const Segments&, Element, bool) { return nullptr; }

}  // namespace antigrad::kernels
#endif
