// The loops with AVX2: a register permutes eight floats, so a graded table has eight segments on
// each side of its pivot, and a sorted one eight in all. Compiled for that machine; nothing here
// runs before machine() said so.
#include "kernels/table_loops.hpp"

#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#include "kernels/table_io_avx2.hpp"

namespace antigrad::kernels {
namespace {

/// Which of eight, and which half of the table.
struct Place {
  __m256i of_eight;
  __m256 right;
};

struct Column16 {
  __m256 left, right;
  explicit Column16(const float* v) : left(_mm256_load_ps(v)), right(_mm256_load_ps(v + 8)) {}
  __m256 operator[](const Place& p) const {
    return _mm256_blendv_ps(_mm256_permutevar8x32_ps(left, p.of_eight),
                            _mm256_permutevar8x32_ps(right, p.of_eight), p.right);
  }
};
struct Column8 {
  __m256 values;
  explicit Column8(const float* v) : values(_mm256_load_ps(v)) {}
  __m256 operator[](const Place& p) const { return _mm256_permutevar8x32_ps(values, p.of_eight); }
};

struct Graded {
  using Column = Column16;
  __m256 pivot, scale, top;
  __m128i shift;
  explicit Graded(const Segments& s)
      : pivot(_mm256_set1_ps(s.pivot)),
        scale(_mm256_set1_ps(s.scale)),
        top(_mm256_set1_ps(s.top)),
        shift(_mm_cvtsi32_si128(s.shift)) {}
  Place operator()(__m256 x) const {
    const __m256 distance = _mm256_andnot_ps(_mm256_set1_ps(-0.0F), _mm256_sub_ps(x, pivot));
    const __m256 u = _mm256_min_ps(_mm256_fmadd_ps(distance, scale, _mm256_set1_ps(2)), top);
    return {_mm256_srl_epi32(_mm256_castps_si256(u), shift), _mm256_cmp_ps(x, pivot, _CMP_GT_OQ)};
  }
};

template <int kBreaks>
struct Counted {
  using Column = Column8;
  __m256 breaks[kBreaks];
  explicit Counted(const Segments& s) {
    for (int k = 0; k < kBreaks; ++k) breaks[k] = _mm256_set1_ps(s.breaks[k]);
  }
  Place operator()(__m256 x) const {
    __m256i i = _mm256_setzero_si256();
#pragma GCC unroll 8
    for (int k = 0; k < kBreaks; ++k)
      i = _mm256_sub_epi32(i, _mm256_castps_si256(_mm256_cmp_ps(breaks[k], x, _CMP_LT_OQ)));
    return {i, _mm256_setzero_ps()};
  }
};

template <class Index, int kDegree>
class Polynomials {
 public:
  explicit Polynomials(const Segments& s) : Polynomials(s, typename Make<kDegree + 1>::Type{}) {}

  /// NaN for infinities, unless a power of them is the limit already.
  __m256 operator()(__m256 x) const {
    const Place i = index_(x);
    const __m256 t = _mm256_sub_ps(x, origins_[i]);
    __m256 y = coefficients_[kDegree][i];
#pragma GCC unroll 8
    for (int k = kDegree - 1; k >= 0; --k) y = _mm256_fmadd_ps(y, t, coefficients_[k][i]);
    return y;
  }
  /// Limits where x is infinite.
  __m256 limits(__m256 x, __m256 y) const {
    const __m256 infinity = _mm256_set1_ps(__builtin_inff());
    const __m256 minus = _mm256_sub_ps(_mm256_setzero_ps(), infinity);
    y = _mm256_blendv_ps(y, right_, _mm256_cmp_ps(x, infinity, _CMP_EQ_OQ));
    return _mm256_blendv_ps(y, left_, _mm256_cmp_ps(x, minus, _CMP_EQ_OQ));
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
        left_(_mm256_set1_ps(s.left_limit)),
        right_(_mm256_set1_ps(s.right_limit)) {}

  Index index_;
  Column origins_;
  Column coefficients_[kDegree + 1];
  __m256 left_, right_;
};

/// Sixteen elements.
template <class Io, bool kBackward, class P>
void step(const P& p, const typename Io::Type* x, const typename Io::Type* gy,
          typename Io::Type* out) {
  __m256 in[2], g[2];
  Io::load_pair(x, in);
  __m256 y[2] = {p(in[0]), p(in[1])};
  if (_mm256_movemask_ps(_mm256_cmp_ps(y[0], y[1], _CMP_UNORD_Q)) != 0) [[unlikely]]
    y[0] = p.limits(in[0], y[0]), y[1] = p.limits(in[1], y[1]);
  if constexpr (kBackward) {
    Io::load_pair(gy, g);
    y[0] = _mm256_mul_ps(y[0], g[0]);
    y[1] = _mm256_mul_ps(y[1], g[1]);
  }
  Io::store_pair(out, y);
}

template <class Index, int kDegree, class Io, bool kBackward>
void run(const Segments& table, const void* x, const void* gy, void* out, std::int64_t n) {
  using Type = typename Io::Type;
  const Polynomials<Index, kDegree> p(table);
  in_steps<Io, kBackward>(x, gy, out, n, [&](const Type* at, const Type* g, Type* to) {
    step<Io, kBackward>(p, at, g, to);
  });
}

/// Any |x[i]| > reach, or NaN.
template <class Io>
bool beyond(const void* from, std::int64_t n, float reach) {
  const auto* const x = static_cast<const typename Io::Type*>(from);
  const __m256 limit = _mm256_set1_ps(reach), sign = _mm256_set1_ps(-0.0F);
  const auto seen = [&](const typename Io::Type* p) {
    return _mm256_cmp_ps(_mm256_andnot_ps(sign, Io::load(p)), limit, _CMP_NLE_UQ);
  };
  __m256 any = _mm256_setzero_ps();
  std::int64_t i = 0;
  for (; i + 8 <= n; i += 8) any = _mm256_or_ps(any, seen(x + i));
  typename Io::Type rest[8] = {};
  for (std::int64_t k = i; k < n; ++k) rest[k - i] = x[k];
  return _mm256_movemask_ps(_mm256_or_ps(any, seen(rest))) != 0;
}

/// out = x, or x + gy: the bytes of a kernel and no more, in elements of 4 bytes.
template <bool kBackward>
void move(const Segments&, const void* from, const void* gradient, void* to, std::int64_t n) {
  const auto* const x = static_cast<const float*>(from);
  const auto* const gy = static_cast<const float*>(gradient);
  auto* const out = static_cast<float*>(to);
  for (std::int64_t i = 0; i + 32 <= n; i += 32) {
    __m256 y[4];
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) {
      y[v] = _mm256_loadu_ps(x + i + 8 * v);
      if constexpr (kBackward) y[v] = _mm256_add_ps(y[v], _mm256_loadu_ps(gy + i + 8 * v));
    }
#pragma GCC unroll 4
    for (int v = 0; v < 4; ++v) _mm256_storeu_ps(out + i + 8 * v, y[v]);
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
  if (degree <= 3) return loop<Graded, 3>(element, backward);
  if (degree <= 4) return loop<Graded, 4>(element, backward);
  if (degree <= 5) return loop<Graded, 5>(element, backward);
  if (degree <= 6) return loop<Graded, 6>(element, backward);
  if (degree <= 7) return loop<Graded, 7>(element, backward);
  return loop<Graded, 8>(element, backward);
}

template <int kBreaks>
TableLoop counted(int degree, Element element, bool backward) {
  if (degree <= 1) return loop<Counted<kBreaks>, 1>(element, backward);
  if (degree <= 3) return loop<Counted<kBreaks>, 3>(element, backward);
  if (degree <= 5) return loop<Counted<kBreaks>, 5>(element, backward);
  return loop<Counted<kBreaks>, 8>(element, backward);
}

}  // namespace

ReachLoop avx2_reach_loop(Element element) {
  if (element == Element::f32) return beyond<Float32>;
  return element == Element::bf16 ? beyond<Bfloat16> : beyond<Float16>;
}

TableLoop avx2_move_loop(bool backward) { return backward ? move<true> : move<false>; }

TableLoop avx2_table_loop(const Segments& table, Element element, bool backward) {
  if (table.form == Form::dense) return avx2_dense_loop(table, element, backward);
  if (table.form == Form::graded)
    return table.size == 16 ? graded(table.degree, element, backward) : nullptr;
  if (table.size != 8) return nullptr;
  const float none = __builtin_inff();
  if (table.breaks[1] == none) return counted<1>(table.degree, element, backward);
  if (table.breaks[3] == none) return counted<3>(table.degree, element, backward);
  return counted<7>(table.degree, element, backward);
}

}  // namespace antigrad::kernels
#else
namespace antigrad::kernels {

ReachLoop avx2_reach_loop(Element) { return nullptr; }
TableLoop avx2_move_loop(bool) { return nullptr; }
TableLoop avx2_table_loop(const Segments&, Element, bool) { return nullptr; }

}  // namespace antigrad::kernels
#endif
