// The key `format` that files of definitions and libraries may carry: their version, so that one of
// a newer antigrad is refused by its name.
#pragma once
#include "space/yaml.hpp"

namespace antigrad::space {

constexpr int kFileFormat = 1;

/// Throws Error for a version that is newer than kFileFormat. A map without the key is of any.
void demand_format(const Yaml& node);

}  // namespace antigrad::space
