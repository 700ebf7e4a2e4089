// JSON behind one file (nlohmann): what Python's json writes is read, bare NaN and Infinity
// included; what is written here is strict JSON in one line, with non-finite numbers as the strings
// "NaN", "Infinity", "-Infinity".
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace antigrad::search {

using Json = nlohmann::json;  // keys sorted: equal values have equal text

/// Reads one JSON value; a bare NaN or Infinity becomes that number. Throws space::Error with the
/// column and the reason.
Json parse_json(std::string_view text);

/// One line, shortest numbers that read back exactly; bytes that are not UTF-8 become U+FFFD.
std::string to_text(const Json& value);

/// The same, with non-finite numbers bare as Python's json writes and reads them: what Optuna must
/// take for numbers.
std::string to_python_text(const Json& value);

/// A number that may be non-finite, and back. number() throws space::Error for anything else.
Json number_to_json(double value);
double number(const Json& value);

}  // namespace antigrad::search
