// Loops over [rows, channels] memory, in which channels repeat: a pattern is one number a channel,
// written out as often as gives vectors enough to work on. Each loop has a plain one of doubles
// beside it. Bits depend on the machine's vectors alone.
#pragma once
#include <cstdint>
#include <span>
#include <vector>

namespace antigrad::trainer {

/// Elements of a pattern: a multiple of the channels, at least 256 unless there are more channels.
std::int64_t pattern_length(std::int64_t channels);

/// One number a channel -> the pattern.
template <class T>
std::vector<T> pattern_of(std::span<const T> channels);

/// Sums of a pattern's elements by channel.
std::vector<double> by_channel(std::span<const double> pattern, std::int64_t channels);

// x, y, r, g: n elements from the start of a row on; all others: patterns of `length`. y may be x
// or r.

/// y = x scale + shift (+ r, unless nullptr).
template <class T>
void scale_and_shift(const T* x, const T* r, const T* scale, const T* shift, T* y, std::int64_t n,
                     std::int64_t length);

/// With d = x - at: sum += d, square += d^2.
template <class T>
void add_moments(const T* x, const T* at, T* sum, T* square, std::int64_t n, std::int64_t length);

/// sum += g, product += g (x - mean).
template <class T>
void add_products(const T* g, const T* x, const T* mean, T* sum, T* product, std::int64_t n,
                  std::int64_t length);

/// y = scale (g - shift) + slope (x - mean). y may be g.
template <class T>
void gradient_of_input(const T* g, const T* x, const T* scale, const T* shift, const T* slope,
                       const T* mean, T* y, std::int64_t n, std::int64_t length);

}  // namespace antigrad::trainer
