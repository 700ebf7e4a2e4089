// The files that a study's text leads to.
#pragma once
#include <string>
#include <vector>

namespace antigrad::search {

/// The files and folders that a study's text names, as it writes them: of its tasks' data, its
/// space, its definitions; each once. Throws space::Error for a text that is no YAML.
std::vector<std::string> paths_of_study(const std::string& text, const std::string& file);

}  // namespace antigrad::search
