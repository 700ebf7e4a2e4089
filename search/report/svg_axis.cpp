// Text, ranges and round ticks of charts.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/report/svg.hpp"

namespace antigrad::search::svg {
namespace {

std::vector<double> linear_ticks(Range range, int about) {
  const double raw = range.size() / std::max(1, about);
  const double power = std::pow(10.0, std::floor(std::log10(raw)));
  double step = 10 * power;
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= raw * 0.7) {
      step = factor * power;
      break;
    }
  }
  std::vector<double> out;
  const double first = std::ceil(range.lo / step - 1e-9);
  for (double k = first; k * step <= range.hi + 1e-9 * step && out.size() < 50; ++k) {
    out.push_back(k == 0 ? 0 : k * step);
  }
  return out;
}

// 0, +-1, +-3, +-10, ...: thinned to whole decades, then to every other, where there are too many.
std::vector<double> asinh_ticks(Range range, int about) {
  std::vector<double> out;
  for (int every = 1; every < 64; every *= 2) {
    out.clear();
    for (int k = -36; k <= 36; ++k) {
      const int half_decade = std::abs(k) - 1;
      if (k != 0 && half_decade % every != 0) continue;
      const double magnitude = (half_decade % 2 == 0 ? 1 : 3) * std::pow(10.0, half_decade / 2);
      const double v = k == 0 ? 0 : std::copysign(magnitude, k);
      if (v >= range.lo && v <= range.hi) out.push_back(v);
    }
    if (static_cast<int>(out.size()) <= about) break;
  }
  return out.size() < 2 ? linear_ticks(range, about) : out;
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          out += "\xEF\xBF\xBD";
        } else {
          out += c;
        }
    }
  }
  return out;
}

std::string coordinate(double v) {
  if (!std::isfinite(v)) return "0";
  std::string text = fmt::format("{:.2f}", v);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

void Range::add(double v) {
  if (!std::isfinite(v)) return;
  lo = empty ? v : std::min(lo, v);
  hi = empty ? v : std::max(hi, v);
  empty = false;
}

Range Range::padded(double share) const {
  double margin = share * size();
  if (!(size() > 1e-12 * (std::abs(lo) + std::abs(hi))))
    margin = std::max(0.5, 0.05 * std::abs(lo));
  return {lo - margin, hi + margin, empty};
}

std::vector<double> ticks(Range range, int about, Scale scale) {
  return scale == Scale::asinh ? asinh_ticks(range, about) : linear_ticks(range, about);
}

std::string tick_text(double v, double step) {
  if (v == 0) return "0";
  const double size = std::abs(v);
  const char* sign = v < 0 ? "−" : "";
  if (size >= 1e5 || step < 1e-5) return fmt::format("{}{:.4g}", sign, size);
  const int decimals = std::clamp(static_cast<int>(-std::floor(std::log10(step) + 1e-9)), 0, 6);
  return fmt::format("{}{:.{}f}", sign, size, decimals);
}

}  // namespace antigrad::search::svg
