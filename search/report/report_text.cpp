// Numbers, names and formulas of the report.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/report/report_page.hpp"

namespace antigrad::search::report {

std::string number(double v) {
  if (std::isnan(v)) return "–";
  if (std::isinf(v)) return v > 0 ? "∞" : "−∞";
  const double size = std::abs(v);
  std::string text;
  if (size >= 1e5) {
    text = fmt::format("{:.3g}", size);
  } else if (size >= 100) {
    text = fmt::format("{:.1f}", size);
  } else {
    text = fmt::format("{:.{}f}", size, size >= 10 ? 2 : size >= 1 ? 3 : 4);
  }
  const bool zero = text.find_first_not_of("0.") == std::string::npos;
  return v < 0 && !zero ? "−" + text : text;
}

std::string measured(double mean, double half_width) {
  if (!std::isfinite(mean)) return number(mean);
  if (!std::isfinite(half_width)) return number(mean) + " (one seed)";
  if (half_width < 1e-9 || half_width >= 1e5) return number(mean) + " ± " + number(half_width);
  const int decimals = std::clamp(1 - static_cast<int>(std::floor(std::log10(half_width))), 0, 9);
  return fmt::format("{}{:.{}f} ± {:.{}f}", mean < 0 ? "−" : "", std::abs(mean), decimals,
                     half_width, decimals);
}

std::string signed_measured(double mean, double half_width) {
  return (std::isfinite(mean) && mean > 0 ? "+" : "") + measured(mean, half_width);
}

std::string p_text(double p) { return p < 1e-4 ? "p < 0.0001" : "p = " + number(p); }

std::string count(std::int64_t n) {
  std::string text = fmt::format("{}", n);
  const int first = n < 0 ? 1 : 0;
  for (int at = static_cast<int>(text.size()) - 3; at > first; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string name_of(const Candidate& candidate, int search_trial) {
  if (!candidate.title.empty()) return candidate.title;
  if (!candidate.name.empty()) return candidate.name;
  return fmt::format("#{}", search_trial);
}

std::string swatch(const std::string& style) {
  return fmt::format(
      "<svg class=\"swatch\" viewBox=\"0 0 28 8\" aria-hidden=\"true\"><path class=\"line {}\" "
      "d=\"M1 4L27 4\"/></svg>",
      style);
}

std::string code(const std::string& text) {
  std::string out = "<code>";
  std::string word;
  const auto flush = [&] {
    out += svg::escaped(word);
    word.clear();
  };
  for (const char c : text) {
    word += c;
    if (c == '*' || c == '+' || c == '(' || c == ',' || c == '/') {
      flush();
      out += "<wbr/>";
    }
  }
  flush();
  return out + "</code>";
}

svg::Range robust_range(std::vector<double> values) {
  std::erase_if(values, [](double v) { return !std::isfinite(v); });
  svg::Range range;
  if (values.empty()) return range;
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) {
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  };
  const double middle = at(0.5);
  const double low = at(0.1) < middle ? middle - 6 * (middle - at(0.1)) : values.front();
  const double high = at(0.9) > middle ? middle + 6 * (at(0.9) - middle) : values.back();
  range.add(std::max(values.front(), low));
  range.add(std::min(values.back(), high));
  return range;
}

}  // namespace antigrad::search::report
