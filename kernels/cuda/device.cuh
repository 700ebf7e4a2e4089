// What generated kernels call, as CUDA C++ without headers and as ordinary C++ with <math.h> (the
// second half of each #ifdef), so that the same text runs on a processor. kernels/cuda/source.cpp
// copies those parts that a kernel needs: "//@ name: parts it needs" opens one.
// Arithmetic is float32. A NaN operand gives NaN. Stated errors are relative, in float32.
//@ base:
#ifdef __CUDACC__
#define ANTIGRAD_DEVICE static __device__ __forceinline__
#define ANTIGRAD_RARE static __device__ __noinline__
#define ANTIGRAD_TABLE static __device__ const
#else
#include <math.h>
#define ANTIGRAD_DEVICE static inline
#define ANTIGRAD_RARE static
#define ANTIGRAD_TABLE static const
#endif
typedef unsigned short u16;
typedef unsigned int u32;
typedef long long i64;
//@ bits: base
#ifdef __CUDACC__
ANTIGRAD_DEVICE float from_bits(u32 u) { return __uint_as_float(u); }
ANTIGRAD_DEVICE u32 to_bits(float f) { return __float_as_uint(f); }
#else
ANTIGRAD_DEVICE float from_bits(u32 u) {
  float f;
  __builtin_memcpy(&f, &u, 4);
  return f;
}
ANTIGRAD_DEVICE u32 to_bits(float f) {
  u32 u;
  __builtin_memcpy(&u, &f, 4);
  return u;
}
#endif
//@ rough: bits
#ifndef __CUDACC__
// f with an error of up to 2^-n, as the approximate instructions of a GPU have.
ANTIGRAD_DEVICE float rough(float f, int n) {
  const u32 step = 1U << (24 - n);
  return f - f == 0 ? from_bits((to_bits(f) + step / 2) & ~(step - 1)) : f;
}
#endif
//@ minimum: base
// At a tie of zeros: either.
ANTIGRAD_DEVICE float minimum(float a, float b) {
#ifdef __CUDACC__
  float y;
  asm("min.NaN.f32 %0, %1, %2;" : "=f"(y) : "f"(a), "f"(b));
  return y;
#else
  return a < b || a != a ? a : b;
#endif
}
//@ maximum: base
ANTIGRAD_DEVICE float maximum(float a, float b) {
#ifdef __CUDACC__
  float y;
  asm("max.NaN.f32 %0, %1, %2;" : "=f"(y) : "f"(a), "f"(b));
  return y;
#else
  return a > b || a != a ? a : b;
#endif
}
//@ less: base
ANTIGRAD_DEVICE float less(float a, float b, float c, float d) { return a < b ? c : d; }
//@ less_equal: base
ANTIGRAD_DEVICE float less_equal(float a, float b, float c, float d) { return a <= b ? c : d; }
//@ divide: base
// 2^-22, for every finite b.
ANTIGRAD_DEVICE float divide(float a, float b) {
#ifdef __CUDACC__
  float y;
  asm("div.full.f32 %0, %1, %2;" : "=f"(y) : "f"(a), "f"(b));
  return y;
#else
  return a / b;
#endif
}
//@ reciprocal: base
// 2^-23.
ANTIGRAD_DEVICE float reciprocal(float a) {
#ifdef __CUDACC__
  float y;
  asm("rcp.approx.f32 %0, %1;" : "=f"(y) : "f"(a));
  return y;
#else
  return 1 / a;
#endif
}
//@ square_root: base
// 2^-23.
ANTIGRAD_DEVICE float square_root(float a) {
#ifdef __CUDACC__
  float y;
  asm("sqrt.approx.f32 %0, %1;" : "=f"(y) : "f"(a));
  return y;
#else
  return sqrtf(a);
#endif
}
//@ scale2: bits
// a 2^n for a whole n of at most 252, in two steps so that only the last one rounds. n becomes an
// integer by adding 1.5 2^23, which is defined for NaN too (a is NaN then).
ANTIGRAD_DEVICE float scale2(float a, float n) {
  const int whole = (int)(to_bits(n + 12582912.0f) - 0x4b400000u), half = whole >> 1;
  const float first = a * from_bits((u32)(half + 127) << 23);
  return first * from_bits((u32)(whole - half + 127) << 23);
}
//@ exponent: bits
// floor(log2 |a|) of a normal number: the biased exponent becomes the last bits of 2^23 + it.
ANTIGRAD_DEVICE float exponent(float a) {
  return from_bits((to_bits(a) >> 23 & 255) | 0x4b000000u) - 8388735.0f;
}
//@ lookup: base
// How many of the n ascending breaks are <= x; 0 for NaN. step: a power of 2 above n / 2.
ANTIGRAD_DEVICE int lookup(const float* breaks, int n, int step, float x) {
  int found = 0;
  for (; step > 0; step /= 2)
    if (found + step <= n && breaks[found + step - 1] <= x) found += step;
  return found;
}
//@ near_exp2: rough
// 2^a: 2^-22; results below 2^-126 are 0.
ANTIGRAD_DEVICE float near_exp2(float a) {
#ifdef __CUDACC__
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(a));
  return y;
#else
  return rough(exp2f(a), 22);
#endif
}
//@ near_reciprocal: rough
// 2^-22, for |a| in [2^-126, 2^126]; 0 above, infinite below.
ANTIGRAD_DEVICE float near_reciprocal(float a) {
#ifdef __CUDACC__
  float y;
  asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(a));
  return y;
#else
  return rough(1 / a, 22);
#endif
}
// The near functions serve results of 11 bits and less: where nothing is said their error is
// 2^-16.
//@ near_exp: near_exp2
ANTIGRAD_DEVICE float near_exp(float a) { return near_exp2(a * 0x1.715476p+0f); }
//@ near_expm1: near_exp
ANTIGRAD_DEVICE float near_expm1(float a) {
  const float series = fmaf(fmaf(fmaf(a, 0x1.555556p-5f, 0x1.555556p-3f), a, 0.5f) * a, a, a);
  return fabsf(a) < 0.125f ? series : near_exp(a) - 1;
}
//@ near_log1p: rough
ANTIGRAD_DEVICE float near_log1p(float a) {
  const float t = fmaf(fmaf(fmaf(a, 0x1.99999ap-3f, -0.25f), a, 0x1.555556p-2f), a, -0.5f);
#ifdef __CUDACC__
  float y;
  asm("lg2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(1 + a));
#else
  const float y = rough(log2f(1 + a), 22);
#endif
  return fabsf(a) < 0.0625f ? fmaf(t * a, a, a) : y * 0x1.62e43p-1f;
}
//@ near_tanh: near_exp near_reciprocal
ANTIGRAD_DEVICE float near_tanh(float a) {
  const float s = a * a;
  const float series = fmaf(fmaf(s, 0x1.111112p-3f, -0x1.555556p-2f) * s, a, a);
  const float far = fmaf(-2.0f, near_reciprocal(near_exp2(fabsf(a) * 0x1.715476p+1f) + 1), 1.0f);
  return fabsf(a) < 0.125f ? series : copysignf(far, a);
}
//@ near_erfc: near_exp near_reciprocal
// e^(-m^2) s p(s - 0.2) with s = 1 / (m + 3), as in kernels/low.cpp; |a| <= 10.3.
ANTIGRAD_DEVICE float near_erfc(float a) {
  const float m = fabsf(a), s = near_reciprocal(m + 3), t = s - 0.2f;
  float p = fmaf(-0x1.face2ap+7f, t, 0x1.2dd1c2p+7f);
  p = fmaf(p, t, 0x1.761f4ap+7f);
  p = fmaf(p, t, 0x1.689798p+6f);
  p = fmaf(p, t, 0x1.d10e2cp+4f);
  p = fmaf(p, t, 0x1.bdb71p+2f);
  p = fmaf(p, t, 0x1.46e7d6p+0f);
  const float y = p * s * near_exp2(m * m * -0x1.715476p+0f);
  return a < 0 ? 2 - y : y;
}
//@ near_erf: near_erfc
ANTIGRAD_DEVICE float near_erf(float a) {
  const float s = a * a;
  float p = fmaf(0x1.edc98ap-9f, s, -0x1.a81eb8p-6f);
  p = fmaf(p, s, 0x1.cd0abp-4f);
  p = fmaf(p, s, -0x1.811fdap-2f);
  p = fmaf(p, s, 0x1.20dd6ep+0f);
  return fabsf(a) < 0.9f ? a * p : copysignf(1 - near_erfc(fabsf(a)), a);
}
//@ near_atan: near_reciprocal
// 2^-16.
ANTIGRAD_DEVICE float near_atan(float a) {
  const float m = fabsf(a), t = m > 1 ? -near_reciprocal(m) : m, s = t * t;
  float p = fmaf(-0x1.b9c446p-7f, s, 0x1.d6e178p-5f);
  p = fmaf(p, s, -0x1.f09bc8p-4f);
  p = fmaf(p, s, 0x1.90aa5p-3f);
  p = fmaf(p, s, -0x1.54fc9ap-2f);
  p = fmaf(p, s, 0x1.ffff6ep-1f);
  return copysignf(m > 1 ? fmaf(p, t, 0x1.921fb6p+0f) : p * t, a);
}
//@ near_sine: bits
// (-1)^n sin(a - m pi) where m is n or n + 1/2; bounded by 1 where a is too large to be reduced.
ANTIGRAD_DEVICE float near_sine(float a, float m, float n) {
  float r = fmaf(m, -0x1.921fb6p+1f, a);
  r = fmaf(m, 0x1.777a5cp-24f, r);
  const u32 sign = to_bits(n + 12582912.0f) << 31;
  r = r > 1.6f ? 1.6f : r < -1.6f ? -1.6f : r;
  const float s = r * r;
  float p = fmaf(-0x1.835db6p-13f, s, 0x1.1058a4p-7f);
  p = fmaf(p, s, -0x1.554f46p-3f);
  return from_bits(to_bits(fmaf(r * s, p, r)) ^ sign);
}
//@ near_sin: near_sine
ANTIGRAD_DEVICE float near_sin(float a) {
  const float n = rintf(a * 0x1.45f306p-2f);
  return near_sine(a, n, n);
}
//@ near_cos: near_sine
ANTIGRAD_DEVICE float near_cos(float a) {
  const float n = rintf(fmaf(a, 0x1.45f306p-2f, -0.5f));
  return -near_sine(a, n + 0.5f, n);
}
//@ wide_sine: base
// The same in float64: within 1e-13 of the exact value for |a| <= 1e9, bounded by 1 beyond. The
// library's own keeps pi's digits in memory.
ANTIGRAD_DEVICE double wide_sine(double a, double m, double n) {
  double r = fma(m, -0x1.921fb54442d18p+1, a);
  r = fma(m, -0x1.1a62633145c07p-53, r);
  r = r > 1.6 ? 1.6 : r < -1.6 ? -1.6 : r;
  const double s = r * r, half = 0.5 * n;
  double p = 0x1.952c77030ad4ap-49;
  p = fma(p, s, -0x1.ae7f3e733b81fp-41);
  p = fma(p, s, 0x1.6124613a86d09p-33);
  p = fma(p, s, -0x1.ae64567f544e4p-26);
  p = fma(p, s, 0x1.71de3a556c734p-19);
  p = fma(p, s, -0x1.a01a01a01a01ap-13);
  p = fma(p, s, 0x1.1111111111111p-7);
  p = fma(p, s, -0x1.5555555555555p-3);
  p = fma(r * s, p, r);
  return half == rint(half) ? p : -p;
}
//@ wide_sin: wide_sine
ANTIGRAD_DEVICE double wide_sin(double a) {
  const double n = rint(a * 0x1.45f306dc9c883p-2);
  return wide_sine(a, n, n);
}
//@ wide_cos: wide_sine
ANTIGRAD_DEVICE double wide_cos(double a) {
  const double n = rint(fma(a, 0x1.45f306dc9c883p-2, -0.5));
  return -wide_sine(a, n + 0.5, n);
}
//@ words: base
// 16 bytes that are read and written at once: a group of elements.
struct alignas(16) Words {
  u32 a, b, c, d;
};
//@ float32: bits words
typedef float Scalar;
ANTIGRAD_DEVICE void unpack(const Words& w, float* v) {
  v[0] = from_bits(w.a), v[1] = from_bits(w.b), v[2] = from_bits(w.c), v[3] = from_bits(w.d);
}
ANTIGRAD_DEVICE Words pack(const float* v) {
  return Words{to_bits(v[0]), to_bits(v[1]), to_bits(v[2]), to_bits(v[3])};
}
// The first `count` elements of a group, one by one; the others are 0.
ANTIGRAD_RARE Words read_singly(const Scalar* p, int count) {
  u32 words[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) words[i] = i < count ? to_bits(p[i]) : 0;
  return Words{words[0], words[1], words[2], words[3]};
}
ANTIGRAD_RARE void write_singly(Scalar* p, int count, Words w) {
  const u32 words[] = {w.a, w.b, w.c, w.d};
#pragma unroll
  for (int i = 0; i < 4; ++i)
    if (i < count) p[i] = from_bits(words[i]);
}
//@ bfloat16: bits
typedef u16 Scalar;
ANTIGRAD_DEVICE float widen(Scalar s) { return from_bits((u32)s << 16); }
#ifndef __CUDACC__
ANTIGRAD_DEVICE u32 narrow(float f) {
  const u32 u = to_bits(f);
  return f != f ? 0x7fff : (u + 0x7fff + (u >> 16 & 1)) >> 16;
}
#endif
// To the nearest, ties to even.
ANTIGRAD_DEVICE u32 pair(float low, float high) {
#ifdef __CUDACC__
  u32 word;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  return word;
#else
  return narrow(low) | narrow(high) << 16;
#endif
}
//@ float16: bits
typedef u16 Scalar;
ANTIGRAD_DEVICE float widen(Scalar s) {
#ifdef __CUDACC__
  float f;
  asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(s));
  return f;
#else
  const u32 sign = (u32)(s & 0x8000) << 16, rest = s & 0x7fff;
  if (rest < 0x400) return from_bits(sign | to_bits((float)rest * 0x1p-24f));
  return from_bits(sign | (rest << 13) + (rest < 0x7c00 ? 0x38000000 : 0x70000000));
#endif
}
#ifndef __CUDACC__
ANTIGRAD_DEVICE u32 narrow(float f) {
  const u32 u = to_bits(f), sign = u >> 16 & 0x8000, rest = u & 0x7fffffff;
  if (f != f) return 0x7fff;
  if (rest >= 0x477ff000) return sign | 0x7c00;
  if (rest < 0x38800000) return sign | (u32)rintf(from_bits(rest) * 0x1p+24f);
  return sign | (rest - 0x38000000 + 0xfff + (rest >> 13 & 1)) >> 13;
}
#endif
// To the nearest, ties to even; infinite from 65520 on.
ANTIGRAD_DEVICE u32 pair(float low, float high) {
#ifdef __CUDACC__
  u32 word;
  asm("cvt.rn.f16x2.f32 %0, %1, %2;" : "=r"(word) : "f"(high), "f"(low));
  return word;
#else
  return narrow(low) | narrow(high) << 16;
#endif
}
//@ halves: words
ANTIGRAD_DEVICE void unpack(const Words& w, float* v) {
  const u32 words[] = {w.a, w.b, w.c, w.d};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    v[2 * i] = widen((Scalar)words[i]);
    v[2 * i + 1] = widen((Scalar)(words[i] >> 16));
  }
}
ANTIGRAD_DEVICE Words pack(const float* v) {
  return Words{pair(v[0], v[1]), pair(v[2], v[3]), pair(v[4], v[5]), pair(v[6], v[7])};
}
// The first `count` elements of a group, one by one; the others are 0.
ANTIGRAD_RARE Words read_singly(const Scalar* p, int count) {
  u32 words[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    words[i] = 2 * i < count ? p[2 * i] : 0;
    if (2 * i + 1 < count) words[i] |= (u32)p[2 * i + 1] << 16;
  }
  return Words{words[0], words[1], words[2], words[3]};
}
ANTIGRAD_RARE void write_singly(Scalar* p, int count, Words w) {
  const u32 words[] = {w.a, w.b, w.c, w.d};
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    if (2 * i < count) p[2 * i] = (Scalar)words[i];
    if (2 * i + 1 < count) p[2 * i + 1] = (Scalar)(words[i] >> 16);
  }
}
//@ memory: words extent threads
static const int kGroup = 16 / (int)sizeof(Scalar);
ANTIGRAD_DEVICE int clipped(i64 left) { return left < kGroup ? (int)left : kGroup; }
ANTIGRAD_DEVICE bool whole(const void* p, int count) {
  return count == kGroup && ((unsigned long long)p & 15) == 0;
}
ANTIGRAD_DEVICE void load(const Scalar* p, int count, float* v) {
  unpack(whole(p, count) ? *(const Words*)p : read_singly(p, count), v);
}
ANTIGRAD_DEVICE void store(Scalar* p, int count, const float* v) {
  const Words words = pack(v);
  if (whole(p, count))
    *(Words*)p = words;
  else
    write_singly(p, count, words);
}
//@ float32_singly: float32
ANTIGRAD_DEVICE float load_one(const Scalar* p) { return *p; }
ANTIGRAD_DEVICE void store_one(Scalar* p, float v) { *p = v; }
//@ halves_singly: halves
ANTIGRAD_DEVICE float load_one(const Scalar* p) { return widen(*p); }
ANTIGRAD_DEVICE void store_one(Scalar* p, float v) { *p = (Scalar)pair(v, 0.0f); }
//@ block_sum: memory
// The sum over the threads of a block, in a fixed order; in thread 0.
ANTIGRAD_DEVICE float block_sum(float v) {
  __shared__ float warps[kThreads / 32];
#pragma unroll
  for (int offset = 16; offset > 0; offset /= 2) v += __shfl_down_sync(0xffffffffu, v, offset);
  __syncthreads();
  if (threadIdx.x % 32 == 0) warps[threadIdx.x / 32] = v;
  __syncthreads();
  v = warps[0];
#pragma unroll
  for (int i = 1; i < kThreads / 32; ++i) v += warps[i];
  return v;
}
//@ reduce: base threads
// The second stage: sums[k][channel] from partial[k][row][channel][each], in float64 and in an order
// that the sizes fix. A block sums `strip` channels, a divisor of its threads.
extern "C" __global__ void __launch_bounds__(kThreads)
    reduce(const float* partial, float* sums, i64 rows, i64 width, i64 each, i64 channels,
           i64 strip) {
  __shared__ double all[kThreads];
  const i64 strips = (channels + strip - 1) / strip, k = blockIdx.x / strips;
  const i64 channel = blockIdx.x % strips * strip + threadIdx.x % strip;
  const i64 worker = threadIdx.x / strip, workers = kThreads / strip;
  double sum = 0;
  i64 row = worker / each, j = worker % each;
  if (channel < channels) {
    for (; row < rows; row += workers / each, j += workers % each) {
      if (j >= each) j -= each, ++row;
      if (row < rows) sum += (double)partial[(k * rows + row) * width + channel * each + j];
    }
  }
  all[threadIdx.x] = sum;
  __syncthreads();
  if (worker != 0 || channel >= channels) return;
  for (i64 other = 1; other < workers; ++other) sum += all[other * strip + threadIdx.x];
  sums[k * channels + channel] = (float)sum;
}
