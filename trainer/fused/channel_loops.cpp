// Bodies are written once; those of float are made for several machines.
#include "trainer/fused/channel_loops.hpp"

#include <algorithm>

#include "trainer/fused/machines.hpp"

namespace antigrad::trainer {
namespace {

/// Calls row(first, count) for every row of `length` elements, and the part of one at the end.
template <class Row>
ANTIGRAD_INLINE void for_rows(std::int64_t n, std::int64_t length, Row row) {
  for (std::int64_t at = 0; at < n; at += length) row(at, std::min(length, n - at));
}

template <class T>
ANTIGRAD_INLINE void scale_and_shift_body(const T* x, const T* r, const T* __restrict scale,
                                          const T* __restrict shift, T* y, std::int64_t n,
                                          std::int64_t length) {
  for_rows(
      n, length, [&](std::int64_t at, std::int64_t count) __attribute__((always_inline)) {
        const T *const own = x + at, *const add = r == nullptr ? nullptr : r + at;
        T* const out = y + at;
        if (add == nullptr) {
          ANTIGRAD_ANY_ORDER
          for (std::int64_t i = 0; i < count; ++i) out[i] = own[i] * scale[i] + shift[i];
        } else {
          ANTIGRAD_ANY_ORDER
          for (std::int64_t i = 0; i < count; ++i) out[i] = own[i] * scale[i] + shift[i] + add[i];
        }
      });
}

template <class T>
ANTIGRAD_INLINE void add_moments_body(const T* __restrict x, const T* __restrict middle,
                                      T* __restrict sum, T* __restrict square, std::int64_t n,
                                      std::int64_t length) {
  for_rows(
      n, length, [&](std::int64_t at, std::int64_t count) __attribute__((always_inline)) {
        const T* const own = x + at;
        ANTIGRAD_ANY_ORDER
        for (std::int64_t i = 0; i < count; ++i) {
          const T d = own[i] - middle[i];
          sum[i] += d;
          square[i] += d * d;
        }
      });
}

template <class T>
ANTIGRAD_INLINE void add_products_body(const T* __restrict g, const T* __restrict x,
                                       const T* __restrict mean, T* __restrict sum,
                                       T* __restrict product, std::int64_t n, std::int64_t length) {
  for_rows(
      n, length, [&](std::int64_t at, std::int64_t count) __attribute__((always_inline)) {
        const T *const slope = g + at, *const own = x + at;
        ANTIGRAD_ANY_ORDER
        for (std::int64_t i = 0; i < count; ++i) {
          sum[i] += slope[i];
          product[i] += slope[i] * (own[i] - mean[i]);
        }
      });
}

template <class T>
ANTIGRAD_INLINE void gradient_of_input_body(const T* g, const T* __restrict x,
                                            const T* __restrict scale, const T* __restrict shift,
                                            const T* __restrict slope, const T* __restrict mean,
                                            T* y, std::int64_t n, std::int64_t length) {
  for_rows(
      n, length, [&](std::int64_t at, std::int64_t count) __attribute__((always_inline)) {
        const T *const given = g + at, *const own = x + at;
        T* const out = y + at;
        ANTIGRAD_ANY_ORDER
        for (std::int64_t i = 0; i < count; ++i)
          out[i] = scale[i] * (given[i] - shift[i]) + slope[i] * (own[i] - mean[i]);
      });
}

}  // namespace

std::int64_t pattern_length(std::int64_t channels) {
  constexpr std::int64_t kLeast = 256;
  return channels * ((kLeast + channels - 1) / channels);
}

template <class T>
std::vector<T> pattern_of(std::span<const T> channels) {
  const auto length =
      static_cast<std::size_t>(pattern_length(static_cast<std::int64_t>(channels.size())));
  std::vector<T> pattern(length);
  for (std::size_t i = 0; i < length; ++i) pattern[i] = channels[i % channels.size()];
  return pattern;
}
template std::vector<float> pattern_of(std::span<const float>);
template std::vector<double> pattern_of(std::span<const double>);

std::vector<double> by_channel(std::span<const double> pattern, std::int64_t channels) {
  std::vector<double> sums(static_cast<std::size_t>(channels));
  for (std::size_t i = 0; i < pattern.size(); ++i) sums[i % sums.size()] += pattern[i];
  return sums;
}

template <>
ANTIGRAD_EACH_MACHINE void scale_and_shift(const float* x, const float* r, const float* scale,
                                           const float* shift, float* y, std::int64_t n,
                                           std::int64_t length) {
  scale_and_shift_body(x, r, scale, shift, y, n, length);
}
template <>
void scale_and_shift(const double* x, const double* r, const double* scale, const double* shift,
                     double* y, std::int64_t n, std::int64_t length) {
  scale_and_shift_body(x, r, scale, shift, y, n, length);
}

template <>
ANTIGRAD_EACH_MACHINE void add_moments(const float* x, const float* at, float* sum, float* square,
                                       std::int64_t n, std::int64_t length) {
  add_moments_body(x, at, sum, square, n, length);
}
template <>
void add_moments(const double* x, const double* at, double* sum, double* square, std::int64_t n,
                 std::int64_t length) {
  add_moments_body(x, at, sum, square, n, length);
}

template <>
ANTIGRAD_EACH_MACHINE void add_products(const float* g, const float* x, const float* mean,
                                        float* sum, float* product, std::int64_t n,
                                        std::int64_t length) {
  add_products_body(g, x, mean, sum, product, n, length);
}
template <>
void add_products(const double* g, const double* x, const double* mean, double* sum,
                  double* product, std::int64_t n, std::int64_t length) {
  add_products_body(g, x, mean, sum, product, n, length);
}

template <>
ANTIGRAD_EACH_MACHINE void gradient_of_input(const float* g, const float* x, const float* scale,
                                             const float* shift, const float* slope,
                                             const float* mean, float* y, std::int64_t n,
                                             std::int64_t length) {
  gradient_of_input_body(g, x, scale, shift, slope, mean, y, n, length);
}
template <>
void gradient_of_input(const double* g, const double* x, const double* scale, const double* shift,
                       const double* slope, const double* mean, double* y, std::int64_t n,
                       std::int64_t length) {
  gradient_of_input_body(g, x, scale, shift, slope, mean, y, n, length);
}

}  // namespace antigrad::trainer
