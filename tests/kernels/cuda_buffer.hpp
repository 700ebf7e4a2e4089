// Tensors of f32, bf16 and f16 in memory, with the test's own arithmetic of their numbers.
#pragma once
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "kernels/kernel.hpp"

namespace antigrad::kernels {

inline constexpr Type kTypes[] = {Type::f32, Type::bf16, Type::f16};
inline const char* name_of(Type type) {
  return type == Type::f32 ? "f32" : type == Type::bf16 ? "bf16" : "f16";
}

inline double unit_of(Type type, double v) {  // spacing of the type's numbers at v
  const int digits = type == Type::f32 ? 24 : type == Type::bf16 ? 8 : 11;
  const int least = type == Type::f16 ? -24 : -149;
  int exponent = 0;
  std::frexp(v, &exponent);
  return std::ldexp(1.0, std::max(exponent - digits, least));
}

inline double largest_of(Type type) { return type == Type::f16 ? 65504 : 3.3895313892515355e38; }

inline double read(Type type, const unsigned char* at) {
  std::uint32_t word = 0;
  if (type == Type::f32) {
    std::memcpy(&word, at, 4);
    return static_cast<double>(std::bit_cast<float>(word));
  }
  std::memcpy(&word, at, 2);
  if (type == Type::bf16) return static_cast<double>(std::bit_cast<float>(word << 16));
  const double sign = word & 0x8000 ? -1 : 1, mantissa = word & 0x3ff;
  const int exponent = static_cast<int>(word >> 10 & 31);
  if (exponent == 31)
    return mantissa != 0 ? std::numeric_limits<double>::quiet_NaN()
                         : sign * std::numeric_limits<double>::infinity();
  return sign *
         (exponent == 0 ? std::ldexp(mantissa, -24) : std::ldexp(mantissa + 1024, exponent - 25));
}

/// v is a number of the type.
inline void write(Type type, double v, unsigned char* at) {
  std::uint32_t word = std::bit_cast<std::uint32_t>(static_cast<float>(v));
  if (type == Type::bf16) word >>= 16;
  if (type == Type::f16) {
    const std::uint32_t sign = std::signbit(v) ? 0x8000 : 0;
    const double m = std::fabs(v);
    if (std::isnan(v)) {
      word = 0x7e00;
    } else if (std::isinf(v)) {
      word = 0x7c00 | sign;
    } else {
      int exponent = 0;
      std::frexp(m, &exponent);
      const int biased = m < 0x1p-14 ? 0 : exponent + 14;
      const double mantissa = std::ldexp(m, biased == 0 ? 24 : 25 - biased);
      word = static_cast<std::uint32_t>(mantissa) - (biased == 0 ? 0U : 1024U);
      word |= static_cast<std::uint32_t>(biased) << 10 | sign;
    }
  }
  std::memcpy(at, &word, type == Type::f32 ? 4 : 2);
}

/// Numbers that every type has: 8 bits, of a size between 2^-14 and 2^15.
inline double rounded(double v) {
  if (v == 0 || !std::isfinite(v)) return v;
  const double unit = unit_of(Type::bf16, v);
  const double r = std::nearbyint(v / unit) * unit;
  return std::fabs(r) < 0x1p-14 ? std::copysign(0x1p-14, r) : r;
}

/// A buffer that starts `shift` elements behind a border of 16 bytes, with guards around it.
class Buffer {
 public:
  Buffer(Type type, std::size_t n, std::size_t shift)
      : type_(type), size_(type == Type::f32 ? 4 : 2), n_(n), bytes_(kGuard * 2 + (n + 8) * size_) {
    const auto address = reinterpret_cast<std::uintptr_t>(bytes_.data());
    offset_ = kGuard - address % 16 + shift * size_;
    std::ranges::fill(bytes_, kFill);
  }
  void fill(const std::vector<double>& values) {
    for (std::size_t i = 0; i < n_; ++i)
      write(type_, values[i % values.size()], data() + i * size_);
  }
  unsigned char* data() { return bytes_.data() + offset_; }
  double operator[](std::size_t i) const {
    return read(type_, bytes_.data() + offset_ + i * size_);
  }
  std::string content() const {
    return {reinterpret_cast<const char*>(bytes_.data()) + offset_, n_ * size_};
  }
  bool guarded() const {
    for (std::size_t i = 0; i < bytes_.size(); ++i)
      if ((i < offset_ || i >= offset_ + n_ * size_) && bytes_[i] != kFill) return false;
    return true;
  }

 private:
  static constexpr std::size_t kGuard = 64;
  static constexpr unsigned char kFill = 0xa5;
  Type type_;
  std::size_t size_, n_, offset_ = 0;
  std::vector<unsigned char> bytes_;
};

}  // namespace antigrad::kernels
