#include "space/short_formats.hpp"

#include <fmt/format.h>

#include <bit>
#include <cmath>

namespace antigrad::space {
namespace {

float from_bfloat16(std::uint32_t bits) { return std::bit_cast<float>(bits << 16); }

float from_float16(std::uint32_t bits) {
  const float sign = bits & 0x8000 ? -1 : 1;
  const int exponent = static_cast<int>(bits >> 10 & 31);
  const auto fraction = static_cast<float>(bits & 1023);
  if (exponent == 31) return fraction == 0 ? sign * INFINITY : NAN;
  if (exponent == 0) return sign * std::ldexp(fraction, -24);
  return sign * std::ldexp(1024 + fraction, exponent - 25);
}

float from_float32(std::uint32_t i) { return std::bit_cast<float>(i * 65521u); }

struct Format {
  const char* name;
  float (*value)(std::uint32_t);
  std::uint32_t count;
  double largest;
  bool all;  // every value is tried
};
constexpr Format kFormats[] = {
    {"bfloat16", from_bfloat16, 65536, 3.38e38, true},
    {"float16", from_float16, 65536, 65504, true},
    {"float32", from_float32, 65536, 3.4e38, false},
};

/// Whether the float32 form of e fails at x.
bool fails(const Expr& e, float x, std::span<const float> theta, std::span<const double> exact,
           double largest) {
  float got = 0;
  evaluate<float>(e, std::span<const float>(&x, 1), theta, std::span<float>(&got, 1));
  if (std::isfinite(got)) return false;
  return std::isnan(got) || std::fabs(value(e, x, exact)) <= largest;
}

}  // namespace

std::vector<Claim> finite_in_short_formats(const Activation& a) {
  const std::vector<double> exact = starts_of(a.parameters);
  const std::vector<float> theta(exact.begin(), exact.end());
  std::vector<Claim> out;
  for (const Format& format : kFormats) {
    Claim claim;
    claim.property = fmt::format("no overflow in {}", format.name);
    claim.verdict = format.all ? Verdict::proved : Verdict::unknown;
    claim.statement = format.all ? "f and g tried at every finite input"
                                 : "none found at 65536 inputs spread over all";
    for (std::uint32_t i = 0; i < format.count && !claim.witness; ++i) {
      const float x = format.value(i);
      if (!std::isfinite(x)) continue;
      for (const bool slope : {false, true}) {
        if (claim.witness || !fails(slope ? a.g : a.f, x, theta, exact, format.largest)) continue;
        claim.verdict = Verdict::refuted;
        claim.witness = x;
        claim.statement = fmt::format("{} is not finite at x = {:.7g} in float32 arithmetic",
                                      slope ? "g" : "f", x);
      }
    }
    out.push_back(std::move(claim));
  }
  return out;
}

}  // namespace antigrad::space
