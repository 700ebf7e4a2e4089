// Values as Python writes them.
#pragma once
#include <string>

#include "search/storage/json.hpp"

namespace antigrad::search {

/// As json.dumps: ", " and ": " between parts, ASCII alone, bare NaN and Infinity; keys sorted.
std::string python_json(const Json& value);

/// As str() of a value that is null, true, false, a number or a text: "None", "True", "1e-05",
/// "nan"; python_json of others.
std::string python_str(const Json& value);

}  // namespace antigrad::search
