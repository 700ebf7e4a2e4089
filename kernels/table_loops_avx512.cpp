// The loops with AVX-512: tables of 32 floats lie in two registers and one permutation looks
// sixteen elements up. Compiled for that machine; nothing here runs before machine() said so.
#include "kernels/table_loops.hpp"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
#include "kernels/table_io_avx512.hpp"

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
  static constexpr bool kOrigins = true;
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

/// One or two breaks: masks choose. kOrigins: not all origins are 0.
template <int kBreaks, bool kHasOrigins>
struct Chosen {
  static constexpr bool kOrigins = kHasOrigins;
  struct Place {
    __mmask16 beyond[kBreaks];
  };
  struct Column {
    __m512 values[kBreaks + 1];
    explicit Column(const float* v) {
#pragma GCC unroll 3
      for (int k = 0; k <= kBreaks; ++k) values[k] = _mm512_set1_ps(v[k]);
    }
    __m512 operator[](const Place& p) const {
      __m512 v = values[0];
#pragma GCC unroll 2
      for (int k = 0; k < kBreaks; ++k) v = _mm512_mask_mov_ps(v, p.beyond[k], values[k + 1]);
      return v;
    }
  };
  __m512 breaks[kBreaks];
  explicit Chosen(const Segments& s) {
#pragma GCC unroll 2
    for (int k = 0; k < kBreaks; ++k) breaks[k] = _mm512_set1_ps(s.breaks[k]);
  }
  Place operator()(__m512 x) const {
    Place p;
#pragma GCC unroll 2
    for (int k = 0; k < kBreaks; ++k) p.beyond[k] = _mm512_cmp_ps_mask(breaks[k], x, _CMP_LT_OQ);
    return p;
  }
};

/// Few breaks are counted.
template <int kBreaks>
struct Counted {
  static constexpr bool kOrigins = true;
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
  static constexpr bool kOrigins = true;
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

template <class Index, int kDegree>
class Polynomials {
 public:
  explicit Polynomials(const Segments& s) : Polynomials(s, typename Make<kDegree + 1>::Type{}) {}

  /// NaN for infinities, unless a power of them is the limit already.
  __m512 operator()(__m512 x) const {
    const auto i = index_(x);
    __m512 t = x;
    if constexpr (Index::kOrigins) t = _mm512_sub_ps(x, origins_[i]);
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
    __m512 in[2], y[2], g[2];
    Io::load_pair(x + i, in);
    y[0] = p(in[0]), y[1] = p(in[1]);
    if (_mm512_cmp_ps_mask(y[0], y[1], _CMP_UNORD_Q) != 0) [[unlikely]]
      y[0] = p.limits(in[0], y[0]), y[1] = p.limits(in[1], y[1]);
    if constexpr (kBackward) {
      Io::load_pair(gy + i, g);
      y[0] = _mm512_mul_ps(y[0], g[0]);
      y[1] = _mm512_mul_ps(y[1], g[1]);
    }
    Io::store_pair(out + i, y);
  }
  for (; i < n; i += 16) {
    const auto m = static_cast<__mmask16>(n - i >= 16 ? 0xffff : (1U << (n - i)) - 1);
    const __m512 x0 = Io::load(x + i, m);
    __m512 y0 = p.limits(x0, p(x0));
    if constexpr (kBackward) y0 = _mm512_mul_ps(y0, Io::load(gy + i, m));
    Io::store(out + i, m, y0);
  }
}

/// Any |x[i]| > reach, or NaN: magnitudes compare as whole numbers.
bool beyond_floats(const void* from, std::int64_t n, float reach) {
  const auto* const x = static_cast<const std::uint32_t*>(from);
  const __m512i magnitude = _mm512_set1_epi32(0x7fffffff);
  __m512i most[4] = {};
  std::int64_t i = 0;
  for (; i + 64 <= n; i += 64)
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v)
      most[v] = _mm512_max_epu32(most[v],
                                 _mm512_and_si512(_mm512_loadu_si512(x + i + 16 * v), magnitude));
  for (; i < n; i += 16) {
    const auto m = static_cast<__mmask16>(n - i >= 16 ? 0xffff : (1U << (n - i)) - 1);
    most[0] =
        _mm512_max_epu32(most[0], _mm512_and_si512(_mm512_maskz_loadu_epi32(m, x + i), magnitude));
  }
  const __m512i all =
      _mm512_max_epu32(_mm512_max_epu32(most[0], most[1]), _mm512_max_epu32(most[2], most[3]));
  const __m512i limit = _mm512_castps_si512(_mm512_set1_ps(reach));
  return _mm512_cmpgt_epu32_mask(all, limit) != 0;
}

/// The same with halves; `limit` are the bits of the reach.
bool beyond_halves(const void* from, std::int64_t n, int limit) {
  const auto* const x = static_cast<const std::uint16_t*>(from);
  const __m512i magnitude = _mm512_set1_epi16(0x7fff);
  __m512i most = _mm512_setzero_si512();
  for (std::int64_t i = 0; i < n; i += 32) {
    const auto m = static_cast<__mmask32>(n - i >= 32 ? ~0U : (1U << (n - i)) - 1);
    most = _mm512_max_epu16(most, _mm512_and_si512(_mm512_maskz_loadu_epi16(m, x + i), magnitude));
  }
  return _mm512_cmpgt_epu16_mask(most, _mm512_set1_epi16(static_cast<short>(limit))) != 0;
}
bool beyond_bf16(const void* x, std::int64_t n, float reach) {
  return beyond_halves(x, n, _mm_cvtsi128_si32(_mm_castps_si128(_mm_set_ss(reach))) >> 16);
}
bool beyond_f16(const void* x, std::int64_t n, float reach) {
  const __m256i bits = _mm512_cvtps_ph(_mm512_set1_ps(reach), _MM_FROUND_TO_NEAREST_INT);
  return beyond_halves(x, n, _mm256_extract_epi16(bits, 0));
}

/// out = x, or x + gy: the bytes of a kernel and no more, in elements of 4 bytes; four vectors at
/// a time, the fastest of the loops that were tried (one or eight at a time, with prefetches, with
/// stores past the caches).
template <bool kBackward>
void move(const Segments&, const void* from, const void* gradient, void* to, std::int64_t n) {
  const auto* const x = static_cast<const float*>(from);
  const auto* const gy = static_cast<const float*>(gradient);
  auto* const out = static_cast<float*>(to);
  for (std::int64_t i = 0; i + 64 <= n; i += 64) {
    __m512 y[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      y[v] = _mm512_loadu_ps(x + i + 16 * v);
      if constexpr (kBackward) y[v] = _mm512_add_ps(y[v], _mm512_loadu_ps(gy + i + 16 * v));
    }
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) _mm512_storeu_ps(out + i + 16 * v, y[v]);
  }
}

template <class Index, int kDegree>
TableLoop loop(Element element, bool backward) {
  if (element == Element::f32)
    return backward ? run<Index, kDegree, Float32, true> : run<Index, kDegree, Float32, false>;
  if (element == Element::f16)
    return backward ? run<Index, kDegree, Float16, true> : run<Index, kDegree, Float16, false>;
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

template <class Index>
TableLoop few(int degree, Element element, bool backward) {
  switch (degree) {
    case 1: return loop<Index, 1>(element, backward);
    case 2: return loop<Index, 2>(element, backward);
    default: return loop<Index, 3>(element, backward);
  }
}

}  // namespace

ReachLoop avx512_reach_loop(Element element) {
  if (element == Element::f32) return beyond_floats;
  return element == Element::bf16 ? beyond_bf16 : beyond_f16;
}

TableLoop avx512_move_loop(bool backward) { return backward ? move<true> : move<false>; }

TableLoop avx512_table_loop(const Segments& table, Element element, bool backward) {
  if (table.form != Form::graded && table.form != Form::sorted)
    return avx512_rounded_loop(table, element, backward);
  if (table.form == Form::graded)
    return table.size == 32 ? graded(table.degree, element, backward) : nullptr;
  const float none = __builtin_inff();
  if (table.size == 8 && table.degree <= 3) {
    const bool shifted = table.origins[0] != 0 || table.origins[1] != 0 || table.origins[2] != 0;
    if (table.breaks[1] == none)
      return shifted ? few<Chosen<1, true>>(table.degree, element, backward)
                     : few<Chosen<1, false>>(table.degree, element, backward);
    if (table.breaks[2] == none)
      return shifted ? few<Chosen<2, true>>(table.degree, element, backward)
                     : few<Chosen<2, false>>(table.degree, element, backward);
    if (table.breaks[3] == none) return few<Counted<3>>(table.degree, element, backward);
    return few<Counted<7>>(table.degree, element, backward);
  }
  if (table.degree <= 3) return loop<Searched, 3>(element, backward);
  if (table.degree <= 5) return loop<Searched, 5>(element, backward);
  return loop<Searched, 8>(element, backward);
}

}  // namespace antigrad::kernels
#else
namespace antigrad::kernels {

ReachLoop avx512_reach_loop(Element) { return nullptr; }
TableLoop avx512_move_loop(bool) { return nullptr; }
TableLoop avx512_table_loop(const Segments&, Element, bool) { return nullptr; }

}  // namespace antigrad::kernels
#endif
