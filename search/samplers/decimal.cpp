// Decimal arithmetic on 128-bit integers with a common exponent.
#include "search/samplers/decimal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

__extension__ using Wide = __int128;

// digits * 10^exponent
struct Decimal {
  std::int64_t digits;
  int exponent;
};

Decimal decimal(double value) {
  if (!std::isfinite(value))
    throw space::Error(fmt::format("a step wants finite bounds, got {}", value));
  char shortest[40];
  const auto end =
      std::to_chars(shortest, shortest + sizeof shortest, value, std::chars_format::scientific).ptr;
  const std::string text(shortest, end);
  const std::size_t e = text.find('e');
  int exponent = std::stoi(text.substr(e + 1));
  std::string digits = text.substr(0, e);
  if (const std::size_t point = digits.find('.'); point != std::string::npos) {
    exponent -= static_cast<int>(digits.size() - point - 1);
    digits.erase(point, 1);
  }
  return {std::stoll(digits), exponent};
}

Wide scaled(Decimal d, int exponent) {
  constexpr Wide kLimit = static_cast<Wide>(1) << 120;
  Wide wide = d.digits;
  for (int i = exponent; i < d.exponent; ++i) {
    if (wide > kLimit / 10 || wide < -kLimit / 10)
      throw space::Error("the step is too small for the range; more than 36 digits lie between");
    wide *= 10;
  }
  return wide;
}

std::string to_text(Wide value) {
  std::string text;
  for (Wide rest = value < 0 ? -value : value; rest > 0; rest /= 10)
    text.insert(text.begin(), static_cast<char>('0' + static_cast<int>(rest % 10)));
  return (value < 0 ? "-" : "") + (text.empty() ? "0" : text);
}

}  // namespace

double last_on_grid(double low, double high, double step) {
  const Decimal l = decimal(low), h = decimal(high), s = decimal(step);
  const int exponent = std::min({l.digits == 0 ? s.exponent : l.exponent,
                                 h.digits == 0 ? s.exponent : h.exponent, s.exponent});
  const Wide wide_low = scaled(l, exponent), wide_step = scaled(s, exponent);
  const Wide range = scaled(h, exponent) - wide_low;
  if (range % wide_step == 0) return high;
  return std::stod(
      fmt::format("{}e{}", to_text(range / wide_step * wide_step + wide_low), exponent));
}

std::string python_repr(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".e") == std::string::npos) text += ".0";
  return text;
}

}  // namespace antigrad::search
