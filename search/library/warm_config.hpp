// The key `warm_start:` of a study.
#pragma once
#include <string>

#include "space/yaml.hpp"

namespace antigrad::search {

struct WarmConfig {
  bool wanted = false;
  std::string path;  // of a library; "": the usual one
};

/// true, false or a path; whether that exists is not looked at. Throws space::Error with place.
WarmConfig read_warm_start(const space::Yaml& node);

/// Whether the node names a path.
bool is_library_path(const space::Yaml& node);

}  // namespace antigrad::search
