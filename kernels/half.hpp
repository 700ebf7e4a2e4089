// bfloat16 and IEEE float16 as the bits that hold them, and their conversions. Integer arithmetic
// and additions of normal numbers only, so that no mode of the processor changes a result.
#pragma once
#include <bit>
#include <cstdint>

namespace antigrad::kernels {

struct Bf16 {
  std::uint16_t bits;
};
struct F16 {
  std::uint16_t bits;
};

/// Exact; denormals, infinities and NaN included.
constexpr float widen(Bf16 h) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(h.bits) << 16);
}
constexpr float widen(F16 h) {
  constexpr std::uint32_t kBias = 112U << 23;  // of float32's exponent over float16's
  const std::uint32_t sign = (h.bits & 0x8000U) << 16, shifted = (h.bits & 0x7fffU) << 13;
  const float denormal = std::bit_cast<float>(shifted + kBias + (1U << 23)) - 0x1p-14F;
  std::uint32_t bits = shifted + kBias;
  if (shifted < 0x00800000U) bits = std::bit_cast<std::uint32_t>(denormal);
  if (shifted >= 0x0f800000U) bits = shifted | 0x7f800000U;
  return std::bit_cast<float>(sign | bits);
}

/// To nearest, ties to even; what is too large becomes an infinity; NaN stays NaN and is quiet.
constexpr void narrow(float x, Bf16& h) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t rounded = bits + 0x7fffU + ((bits >> 16) & 1U);
  const bool nan = (bits & 0x7fffffffU) > 0x7f800000U;
  h.bits = static_cast<std::uint16_t>((nan ? bits | 0x00400000U : rounded) >> 16);
}
constexpr void narrow(float x, F16& h) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  const std::uint32_t magnitude = bits & 0x7fffffffU;
  // At 1/2 the last place of a float32 is that of float16's denormals.
  const std::uint32_t denormal =
      std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) + 0.5F) - 0x3f000000U;
  std::uint32_t half = (magnitude - (112U << 23) + 0xfffU + ((magnitude >> 13) & 1U)) >> 13;
  if (magnitude < 0x38800000U) half = denormal;
  if (magnitude >= 0x47800000U) half = 0x7c00U;
  if (magnitude > 0x7f800000U) half = 0x7e00U | ((magnitude >> 13) & 0x1ffU);
  h.bits = static_cast<std::uint16_t>(((bits >> 16) & 0x8000U) | half);
}

constexpr float widen(float x) { return x; }
constexpr double widen(double x) { return x; }
constexpr void narrow(float x, float& y) { y = x; }
constexpr void narrow(double x, double& y) { y = x; }

}  // namespace antigrad::kernels
