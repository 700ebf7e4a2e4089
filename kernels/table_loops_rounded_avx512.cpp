// The rounded forms with AVX-512. Two things bound such a loop: permutations and multiplications
// share pipes, and one permutation of 16 entries costs less than one of 32; additions, bit
// operations and the clamps lie beside them. Four vectors at a time hide the latencies.
#include "kernels/table_loops.hpp"

#if defined(__AVX512F__) && defined(__AVX512BW__) && defined(__AVX512VL__) && defined(__AVX512DQ__)
#include "kernels/table_io_avx512.hpp"

namespace antigrad::kernels {
namespace {

__m512i bits(__m512 v) { return _mm512_castps_si512(v); }
__m512 floats(__m512i v) { return _mm512_castsi512_ps(v); }
__m512i all_but_sign() { return _mm512_set1_epi32(0x7fffffff); }
__m512 magnitude(__m512 x) { return floats(_mm512_and_si512(bits(x), all_but_sign())); }
/// p with its sign turned where x is negative.
__m512 turned(__m512 p, __m512 x) {
  return floats(_mm512_ternarylogic_epi32(bits(p), bits(x), all_but_sign(), 0xb4));
}

/// max(x, 0) and min(x, 0) as whole numbers, where p brings NaN.
__m512 positive(__m512 x) { return floats(_mm512_max_epi32(bits(x), _mm512_setzero_si512())); }
__m512 negative(__m512 x) { return floats(_mm512_min_epi32(bits(x), _mm512_setzero_si512())); }

template <int kSize>
struct Column {
  __m512 low, high;
  void load(const float* v) {
    low = _mm512_load_ps(v);
    if constexpr (kSize == 32) high = _mm512_load_ps(v + 16);
  }
  __m512 operator[](__m512i i) const {
    if constexpr (kSize == 32) return _mm512_permutex2var_ps(low, i, high);
    return _mm512_permutexvar_ps(i, low);
  }
};

/// a of x, and y of p. NaN passes: where one operand of a minimum or maximum is NaN, the second is
/// taken.
template <Form kForm, Finish kFinish>
struct Line {
  __m512 low, high, slope, middle;
  explicit Line(const Segments& s)
      : low(_mm512_set1_ps(s.low)),
        high(_mm512_set1_ps(s.high)),
        slope(_mm512_set1_ps(s.slope)),
        middle(_mm512_set1_ps(s.middle)) {}

  __m512 from_low(__m512 x) const { return _mm512_max_ps(low, x); }
  __m512 a(__m512 x) const {
    if constexpr (kForm == Form::half || kForm == Form::both)
      return _mm512_min_ps(high, magnitude(x));
    if constexpr (kForm == Form::full) return _mm512_min_ps(high, from_low(x));
    return from_low(x);
  }
  /// The entry: the last bits of u.
  __m512i entry([[maybe_unused]] __m512 x, __m512 u) const {
    if constexpr (kForm != Form::both) return bits(u);
    const __m512i sign = _mm512_srli_epi32(bits(x), 27), low_bits = _mm512_set1_epi32(15);
    return _mm512_ternarylogic_epi32(bits(u), sign, low_bits,
                                     0xe4);  // low ones of u, the fifth x's
  }
  __m512 y(__m512 x, __m512 a, __m512 p) const {
    const __m512 zero = _mm512_setzero_ps();
    if constexpr (kFinish == Finish::odd) return turned(p, x);
    if constexpr (kFinish == Finish::odd_product) return turned(_mm512_mul_ps(a, p), x);
    if constexpr (kFinish == Finish::centred) return _mm512_add_ps(middle, turned(p, x));
    if constexpr (kFinish == Finish::positive) return _mm512_fmadd_ps(slope, positive(x), p);
    if constexpr (kFinish == Finish::negative) return _mm512_fmadd_ps(slope, negative(x), p);
    if constexpr (kFinish == Finish::positive_product) return _mm512_fmadd_ps(a, p, positive(x));
    if constexpr (kFinish == Finish::magnitude_product) return _mm512_fmadd_ps(a, p, magnitude(x));
    if constexpr (kFinish == Finish::product) return _mm512_mul_ps(from_low(x), p);
    if constexpr (kFinish == Finish::beyond && kForm == Form::both)
      return _mm512_fmadd_ps(slope, _mm512_sub_ps(magnitude(from_low(x)), a), p);
    if constexpr (kFinish == Finish::beyond)
      return _mm512_fmadd_ps(slope, _mm512_sub_ps(from_low(x), a), p);
    if constexpr (kFinish == Finish::line && kForm == Form::half)
      return _mm512_fmadd_ps(slope, x, turned(p, x));
    if constexpr (kFinish == Finish::line)
      return _mm512_mask_mul_ps(p, _mm512_cmp_ps_mask(x, zero, _CMP_GT_OQ), slope, x);
    if constexpr (kFinish == Finish::constant)
      return _mm512_mask_mov_ps(p, _mm512_cmp_ps_mask(x, zero, _CMP_GT_OQ), middle);
    return p;
  }
};

template <class L, int kSize, int kDegree, bool kDirect>
class Rounded {
 public:
  explicit Rounded(const Segments& s)
      : line_(s), scale_(_mm512_set1_ps(s.scale)), magic_(_mm512_set1_ps(s.magic)) {
#pragma GCC unroll 8
    for (int k = 0; k <= kDegree; ++k) coefficients_[k].load(s.coefficients[k]);
  }

  /// At a time: more than two hide the latencies better than spilled constants cost.
  static constexpr int kVectors = 4;

  template <int kCount>
  [[gnu::always_inline]] void evaluate(const __m512* x, __m512* y) const {
    __m512 a[kCount], t[kCount];
    __m512i i[kCount];
#pragma GCC unroll 4
    for (int v = 0; v < kCount; ++v) {
      a[v] = line_.a(x[v]);
      const __m512 u = _mm512_fmadd_ps(a[v], scale_, magic_);
      i[v] = line_.entry(x[v], u);
      t[v] = kDirect ? a[v] : _mm512_fmsub_ps(a[v], scale_, _mm512_sub_ps(u, magic_));
      y[v] = coefficients_[kDegree][i[v]];
    }
#pragma GCC unroll 8
    for (int k = kDegree - 1; k >= 0; --k)
#pragma GCC unroll 4
      for (int v = 0; v < kCount; ++v) y[v] = _mm512_fmadd_ps(y[v], t[v], coefficients_[k][i[v]]);
#pragma GCC unroll 4
    for (int v = 0; v < kCount; ++v) y[v] = line_.y(x[v], a[v], y[v]);
  }

 private:
  L line_;
  __m512 scale_, magic_;
  Column<kSize> coefficients_[kDegree + 1];
};

template <class P, class Io, bool kBackward>
void run(const Segments& table, const void* from, const void* gradient, void* to, std::int64_t n) {
  using Type = typename Io::Type;
  constexpr int kVectors = P::kVectors;
  constexpr std::int64_t kStep = 16 * kVectors;
  const auto* const x = static_cast<const Type*>(from);
  const auto* const gy = static_cast<const Type*>(gradient);
  auto* const out = static_cast<Type*>(to);
  const P p(table);
  __m512 in[kVectors], y[kVectors];
  std::int64_t i = 0;
  for (; i + kStep <= n; i += kStep) {
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; v += 2) Io::load_pair(x + i + 16 * v, in + v);
    p.template evaluate<kVectors>(in, y);
    if constexpr (kBackward) {
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; v += 2) Io::load_pair(gy + i + 16 * v, in + v);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) y[v] = _mm512_mul_ps(y[v], in[v]);
    }
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; v += 2) Io::store_pair(out + i + 16 * v, y + v);
  }
  for (; i < n; i += 16) {
    const auto m = static_cast<__mmask16>(n - i >= 16 ? 0xffff : (1U << (n - i)) - 1);
    in[0] = Io::load(x + i, m);
    p.template evaluate<1>(in, y);
    if constexpr (kBackward) y[0] = _mm512_mul_ps(y[0], Io::load(gy + i, m));
    Io::store(out + i, m, y[0]);
  }
}

template <Form kForm, Finish kFinish, int kSize, int kDegree, class Io>
TableLoop loop(bool backward) {
  constexpr bool kDirect = sizeof(typename Io::Type) == 2 && kDegree <= Segments::kDirectDegree;
  using P = Rounded<Line<kForm, kFinish>, kSize, kDegree, kDirect>;
  // A gradient is bounded or a line: the other finishes have no backward.
  constexpr bool kGradient = kFinish == Finish::plain || kFinish == Finish::odd ||
                             kFinish == Finish::centred || kFinish == Finish::constant ||
                             kFinish == Finish::line ||
                             (kForm == Form::both && kFinish == Finish::beyond);
  if (!backward) return run<P, Io, false>;
  if constexpr (kGradient) return run<P, Io, true>;
  return nullptr;
}

/// For halves, degrees from 1 to 4.
template <Form kForm, Finish kFinish, int kSize, class Io>
TableLoop low(int degree, bool backward) {
  switch (degree) {
    case 1: return loop<kForm, kFinish, kSize, 1, Io>(backward);
    case 2: return loop<kForm, kFinish, kSize, 2, Io>(backward);
    case 3: return loop<kForm, kFinish, kSize, 3, Io>(backward);
    case 4: return loop<kForm, kFinish, kSize, 4, Io>(backward);
    default: return nullptr;
  }
}

template <Form kForm, Finish kFinish, class Io>
TableLoop low(const Segments& s, bool backward) {
  if constexpr (kForm == Form::half || kForm == Form::sided)
    if (s.size == 16) return low<kForm, kFinish, 16, Io>(s.degree, backward);
  return low<kForm, kFinish, 32, Io>(s.degree, backward);
}

template <Form kForm, Finish kFinish>
TableLoop loop(const Segments& s, Element element, bool backward) {
  if (element == Element::bf16) return low<kForm, kFinish, Bfloat16>(s, backward);
  if (element == Element::f16) return low<kForm, kFinish, Float16>(s, backward);
  if constexpr (kForm == Form::half || kForm == Form::sided)
    if (s.size == 16)
      return s.degree == 3 ? loop<kForm, kFinish, 16, 3, Float32>(backward)
                           : loop<kForm, kFinish, 16, 4, Float32>(backward);
  switch (s.degree) {
    case 3: return loop<kForm, kFinish, 32, 3, Float32>(backward);
    case 4: return loop<kForm, kFinish, 32, 4, Float32>(backward);
    case 5: return loop<kForm, kFinish, 32, 5, Float32>(backward);
    default: return loop<kForm, kFinish, 32, 6, Float32>(backward);
  }
}

TableLoop half(const Segments& s, Element element, bool backward) {
  constexpr Form kForm = Form::half;
  switch (s.finish) {
    case Finish::odd: return loop<kForm, Finish::odd>(s, element, backward);
    case Finish::odd_product: return loop<kForm, Finish::odd_product>(s, element, backward);
    case Finish::centred: return loop<kForm, Finish::centred>(s, element, backward);
    case Finish::line: return loop<kForm, Finish::line>(s, element, backward);
    case Finish::positive: return loop<kForm, Finish::positive>(s, element, backward);
    case Finish::negative: return loop<kForm, Finish::negative>(s, element, backward);
    case Finish::positive_product:
      return loop<kForm, Finish::positive_product>(s, element, backward);
    case Finish::magnitude_product:
      return loop<kForm, Finish::magnitude_product>(s, element, backward);
    default: return loop<kForm, Finish::plain>(s, element, backward);
  }
}

TableLoop both(const Segments& s, Element element, bool backward) {
  constexpr Form kForm = Form::both;
  switch (s.finish) {
    case Finish::product: return loop<kForm, Finish::product>(s, element, backward);
    case Finish::beyond: return loop<kForm, Finish::beyond>(s, element, backward);
    default: return loop<kForm, Finish::plain>(s, element, backward);
  }
}

TableLoop full(const Segments& s, Element element, bool backward) {
  constexpr Form kForm = Form::full;
  switch (s.finish) {
    case Finish::product: return loop<kForm, Finish::product>(s, element, backward);
    case Finish::beyond: return loop<kForm, Finish::beyond>(s, element, backward);
    default: return loop<kForm, Finish::plain>(s, element, backward);
  }
}

TableLoop sided(const Segments& s, Element element, bool backward) {
  return s.finish == Finish::line ? loop<Form::sided, Finish::line>(s, element, backward)
                                  : loop<Form::sided, Finish::constant>(s, element, backward);
}

}  // namespace

TableLoop avx512_rounded_loop(const Segments& s, Element element, bool backward) {
  switch (s.form) {
    case Form::half: return half(s, element, backward);
    case Form::both: return both(s, element, backward);
    case Form::full: return full(s, element, backward);
    default: return sided(s, element, backward);
  }
}

}  // namespace antigrad::kernels
#else
namespace antigrad::kernels {

TableLoop avx512_rounded_loop(const Segments&, Element, bool) { return nullptr; }

}  // namespace antigrad::kernels
#endif
