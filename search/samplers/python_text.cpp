// Numbers by their shortest text, the rest by recursion.
#include "search/samplers/python_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "search/samplers/decimal.hpp"

namespace antigrad::search {

std::string python_json(const Json& value) {
  if (value.is_number_float()) return python_repr(value.get<double>());
  std::vector<std::string> parts;
  if (value.is_array()) {
    for (const Json& item : value) parts.push_back(python_json(item));
    return fmt::format("[{}]", fmt::join(parts, ", "));
  }
  if (value.is_object()) {
    for (const auto& [key, item] : value.items())
      parts.push_back(fmt::format("{}: {}", python_json(key), python_json(item)));
    return fmt::format("{{{}}}", fmt::join(parts, ", "));
  }
  return value.dump(-1, ' ', true, Json::error_handler_t::replace);  // ASCII
}

std::string python_str(const Json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number_float() || std::isfinite(value.get<double>())) return python_json(value);
  if (std::isnan(value.get<double>())) return "nan";
  return value.get<double>() > 0 ? "inf" : "-inf";
}

}  // namespace antigrad::search
