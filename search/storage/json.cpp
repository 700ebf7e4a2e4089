// Python's dialect of JSON in, strict JSON out.
#include "search/storage/json.hpp"

#include <fmt/format.h>

#include <cctype>
#include <cmath>
#include <limits>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.substr(0, word.size()) == word &&
         (text.size() == word.size() ||
          !std::isalnum(static_cast<unsigned char>(text[word.size()])));
}

// The bare word that Python writes for a non-finite number at the start of `text`, or "".
std::string_view bare_word(std::string_view text) {
  for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
    if (starts_with_word(text, word)) return word;
  }
  return {};
}

// Puts quotes around bare NaN, Infinity, -Infinity outside strings.
std::string quote_non_finite(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (inside && text[i] == '\\' && i + 1 < text.size()) {
      out += text.substr(i++, 2);
      continue;
    }
    if (text[i] == '"') inside = !inside;
    const std::string_view word = inside ? std::string_view{} : bare_word(text.substr(i));
    if (word.empty()) {
      out += text[i];
    } else {
      out += '"';
      out += word;
      out += '"';
      i += word.size() - 1;
    }
  }
  return out;
}

}  // namespace

Json parse_json(std::string_view text) {
  try {
    return Json::parse(text);
  } catch (const Json::exception&) {
    // Not strict JSON: perhaps Python's.
  }
  try {
    return Json::parse(quote_non_finite(text));
  } catch (const Json::parse_error& e) {
    throw space::Error({"", 1, static_cast<int>(e.byte)}, fmt::format("not JSON: {}", e.what()));
  } catch (const Json::out_of_range& e) {  // 1e999
    throw space::Error(space::Where{}, fmt::format("not JSON: {}", e.what()));
  }
}

std::string to_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json number_to_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

double number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (value == "Infinity") return kInfinity;
  if (value == "-Infinity") return -kInfinity;
  throw space::Error(fmt::format("expected a number, got {}", to_text(value)));
}

}  // namespace antigrad::search
