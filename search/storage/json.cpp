// Python's dialect of JSON in, strict JSON out, or Python's again.
#include "search/storage/json.hpp"

#include <fmt/format.h>

#include <algorithm>
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

// In front of a word that stood bare, until the text is parsed.
constexpr char kMark = '\x7f';

// Puts quotes and a mark around bare NaN, Infinity, -Infinity outside strings.
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
      out += kMark;
      out += word;
      out += '"';
      i += word.size() - 1;
    }
  }
  return out;
}

double non_finite(std::string_view word) {
  if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
  return word == "Infinity" ? kInfinity : -kInfinity;
}

// Marked words become the numbers they are.
void restore_non_finite(Json& value) {
  if (value.is_structured()) {
    for (Json& part : value) restore_non_finite(part);
    return;
  }
  if (!value.is_string()) return;
  const std::string_view text = value.get_ref<const std::string&>();
  if (!text.starts_with(kMark) || bare_word(text.substr(1)) != text.substr(1)) return;
  value = non_finite(text.substr(1));
}

bool has_non_finite(const Json& value) {
  if (value.is_structured()) return std::any_of(value.begin(), value.end(), has_non_finite);
  return value.is_number_float() && !std::isfinite(value.get<double>());
}

Json with_words(const Json& value) {
  Json out = value;
  if (value.is_structured()) {
    for (Json& part : out) part = with_words(part);
  } else if (value.is_number_float()) {
    out = number_to_json(value.get<double>());
  }
  return out;
}

std::string dump(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// What reads and writes values calls itself once a level.
void check_depth(std::string_view text) {
  constexpr int kDeepest = 200;
  int depth = 0;
  bool inside = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (inside && c == '\\') {
      ++i;
    } else if (c == '"') {
      inside = !inside;
    } else if (!inside && (c == '[' || c == '{')) {
      if (++depth > kDeepest)
        throw space::Error({"", 1, static_cast<int>(i + 1)},
                           fmt::format("more than {} levels of JSON", kDeepest));
    } else if (!inside && (c == ']' || c == '}')) {
      --depth;
    }
  }
}

}  // namespace

Json parse_json(std::string_view text) {
  check_depth(text);
  try {
    return Json::parse(text);
  } catch (const Json::exception&) {
    // Not strict JSON: perhaps Python's.
  }
  try {
    Json value = Json::parse(quote_non_finite(text));
    restore_non_finite(value);
    return value;
  } catch (const Json::parse_error& e) {
    throw space::Error({"", 1, static_cast<int>(e.byte)}, fmt::format("not JSON: {}", e.what()));
  } catch (const Json::out_of_range& e) {  // 1e999
    throw space::Error(space::Where{}, fmt::format("not JSON: {}", e.what()));
  }
}

std::string to_text(const Json& value) {
  return dump(has_non_finite(value) ? with_words(value) : value);
}

std::string to_python_text(const Json& value) {
  if (!has_non_finite(value)) return dump(value);
  if (value.is_number_float()) return number_to_json(value.get<double>()).get<std::string>();
  std::string out;
  if (value.is_array()) {
    for (const Json& part : value) out += (out.empty() ? "" : ",") + to_python_text(part);
    return "[" + out + "]";
  }
  for (const auto& [key, part] : value.items())
    out += fmt::format("{}{}:{}", out.empty() ? "" : ",", dump(key), to_python_text(part));
  return "{" + out + "}";
}

Json number_to_json(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
  return value;
}

double number(const Json& value) {
  if (value.is_number()) return value.get<double>();
  if (value == "NaN" || value == "Infinity" || value == "-Infinity")
    return non_finite(value.get_ref<const std::string&>());
  throw space::Error(fmt::format("expected a number, got {}", to_text(value)));
}

}  // namespace antigrad::search
