// The dense form with AVX2, whose permutations look only eight floats up and cost two cycles each:
// every element loads its segment's row of coefficients, and the rows of eight elements are
// transposed into registers. The cost is the same for any function and any number of segments.
#include "kernels/table_loops.hpp"

#if defined(__AVX2__) && defined(__FMA__) && defined(__F16C__)
#include "kernels/table_io_avx2.hpp"

namespace antigrad::kernels {
namespace {

/// Eight rows by their distance from the first one in bytes, as columns c[0], c[1] ...
template <int kDegree>
struct Rows;

/// Where eight rows are.
struct Eight {
  const char* at[8];
  Eight(const float* rows, __m256i bytes) {
    const __m128i low = _mm256_castsi256_si128(bytes), high = _mm256_extracti128_si256(bytes, 1);
    const std::uint64_t pairs[4] = {static_cast<std::uint64_t>(_mm_cvtsi128_si64(low)),
                                    static_cast<std::uint64_t>(_mm_extract_epi64(low, 1)),
                                    static_cast<std::uint64_t>(_mm_cvtsi128_si64(high)),
                                    static_cast<std::uint64_t>(_mm_extract_epi64(high, 1))};
    const char* const first = reinterpret_cast<const char*>(rows);
#pragma GCC unroll 4
    for (int k = 0; k < 4; ++k) {
      at[2 * k] = first + static_cast<std::uint32_t>(pairs[k]);
      at[2 * k + 1] = first + (pairs[k] >> 32);
    }
  }
};

template <>
struct Rows<3> {
  static constexpr int kShift = 4;  // a row has 2^4 bytes
  static void load(const Eight& rows, __m256 (&c)[4]) {
    const auto both = [&](int k) {
      return _mm256_insertf128_ps(_mm256_castps128_ps256(row(rows.at[k])), row(rows.at[k + 4]), 1);
    };
    const __m256 a = both(0), b = both(1), d = both(2), e = both(3);
    const __m256d low0 = _mm256_castps_pd(_mm256_unpacklo_ps(a, b)),
                  low1 = _mm256_castps_pd(_mm256_unpacklo_ps(d, e)),
                  high0 = _mm256_castps_pd(_mm256_unpackhi_ps(a, b)),
                  high1 = _mm256_castps_pd(_mm256_unpackhi_ps(d, e));
    c[0] = _mm256_castpd_ps(_mm256_unpacklo_pd(low0, low1));
    c[1] = _mm256_castpd_ps(_mm256_unpackhi_pd(low0, low1));
    c[2] = _mm256_castpd_ps(_mm256_unpacklo_pd(high0, high1));
    c[3] = _mm256_castpd_ps(_mm256_unpackhi_pd(high0, high1));
  }

 private:
  static __m128 row(const char* at) { return _mm_load_ps(reinterpret_cast<const float*>(at)); }
};

template <>
struct Rows<1> {
  static constexpr int kShift = 3;
  static void load(const Eight& rows, __m256 (&c)[2]) {
    const auto two = [&](int k) {
      return _mm_castpd_ps(_mm_loadh_pd(_mm_load_sd(row(rows.at[k])), row(rows.at[k + 1])));
    };
    const auto four = [&](int k) {
      return _mm256_insertf128_ps(_mm256_castps128_ps256(two(k)), two(k + 4), 1);
    };
    const __m256 a = four(0), b = four(2);
    c[0] = _mm256_shuffle_ps(a, b, 0x88);
    c[1] = _mm256_shuffle_ps(a, b, 0xdd);
  }

 private:
  static const double* row(const char* at) { return reinterpret_cast<const double*>(at); }
};

/// NaN takes the first segment; who calls puts it back.
template <Finish kFinish, int kDegree>
class Dense {
 public:
  explicit Dense(const Segments& s)
      : rows_(s.rows),
        low_(_mm256_set1_ps(s.low)),
        high_(_mm256_set1_ps(s.high)),
        first_(_mm256_set1_ps(s.first)),
        last_(_mm256_set1_ps(s.last)),
        scale_(_mm256_set1_ps(s.scale)),
        zero_(_mm256_set1_epi32(static_cast<int>(s.magic))),
        slope_(_mm256_set1_ps(s.slope)) {}

  [[gnu::always_inline]] __m256 operator()(__m256 x) const {
    const __m256 a = _mm256_min_ps(_mm256_max_ps(x, low_), high_);
    // Counted from 0, so that no sum rounds a number below 0 up to it.
    const __m256 floor = _mm256_floor_ps(_mm256_mul_ps(a, scale_));
    const __m256 t = _mm256_fmsub_ps(a, scale_, floor);
    const __m256i k = _mm256_add_epi32(_mm256_cvttps_epi32(floor), zero_);
    __m256 c[kDegree + 1];
    Rows<kDegree>::load({rows_, _mm256_slli_epi32(k, Rows<kDegree>::kShift)}, c);
    __m256 p = c[kDegree];
#pragma GCC unroll 4
    for (int i = kDegree - 1; i >= 0; --i) p = _mm256_fmadd_ps(p, t, c[i]);
    if constexpr (kFinish == Finish::plain) return p;
    const __m256 z = _mm256_min_ps(_mm256_max_ps(x, first_), last_);
    if constexpr (kFinish == Finish::product) return _mm256_mul_ps(z, p);
    return _mm256_fmadd_ps(slope_, _mm256_sub_ps(z, a), p);
  }

 private:
  const float* rows_;
  __m256 low_, high_, first_, last_, scale_;
  __m256i zero_;
  __m256 slope_;
};

template <Finish kFinish, int kDegree, class Io, bool kBackward>
void run(const Segments& table, const void* x, const void* gy, void* out, std::int64_t n) {
  using Type = typename Io::Type;
  const Dense<kFinish, kDegree> f(table);
  in_steps<Io, kBackward>(x, gy, out, n, [&f](const Type* at, const Type* g, Type* to) {
    __m256 in[2], by[2];
    Io::load_pair(at, in);
    __m256 y[2] = {f(in[0]), f(in[1])};
    if (_mm256_movemask_ps(_mm256_cmp_ps(in[0], in[1], _CMP_UNORD_Q)) != 0) [[unlikely]]
      for (int k = 0; k < 2; ++k)
        y[k] = _mm256_blendv_ps(y[k], in[k], _mm256_cmp_ps(in[k], in[k], _CMP_UNORD_Q));
    if constexpr (kBackward) {
      Io::load_pair(g, by);
      y[0] = _mm256_mul_ps(y[0], by[0]);
      y[1] = _mm256_mul_ps(y[1], by[1]);
    }
    Io::store_pair(to, y);
  });
}

template <Finish kFinish, int kDegree>
TableLoop loop(Element element, bool backward) {
  if (element == Element::f32)
    return backward ? run<kFinish, kDegree, Float32, true> : run<kFinish, kDegree, Float32, false>;
  if (element == Element::f16)
    return backward ? run<kFinish, kDegree, Float16, true> : run<kFinish, kDegree, Float16, false>;
  return backward ? run<kFinish, kDegree, Bfloat16, true> : run<kFinish, kDegree, Bfloat16, false>;
}

template <int kDegree>
TableLoop loop(Finish finish, Element element, bool backward) {
  if (finish == Finish::product) return loop<Finish::product, kDegree>(element, backward);
  if (finish == Finish::beyond) return loop<Finish::beyond, kDegree>(element, backward);
  return loop<Finish::plain, kDegree>(element, backward);
}

}  // namespace

TableLoop avx2_dense_loop(const Segments& s, Element element, bool backward) {
  return s.degree == 1 ? loop<1>(s.finish, element, backward)
                       : loop<3>(s.finish, element, backward);
}

}  // namespace antigrad::kernels
#else
namespace antigrad::kernels {

TableLoop avx2_dense_loop(const Segments&, Element, bool) { return nullptr; }

}  // namespace antigrad::kernels
#endif
