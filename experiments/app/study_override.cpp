// Replaces scalars where they stand.
#include "experiments/app/study_override.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "space/yaml.hpp"

namespace antigrad::app {
namespace {

// The scalar is a plain number.
void replace_number(std::string& text, const space::Where& where, const std::string& value) {
  const std::size_t begin = space::offset_of(where, text);
  const std::size_t end = std::min(text.find_first_not_of("+-.0123456789eE", begin), text.size());
  text.replace(begin, end - begin, value);
}

}  // namespace

search::StudyConfig with_overrides(const search::StudyConfig& config, std::optional<int> trials,
                                   std::optional<std::uint64_t> seed) {
  std::string text = config.text;
  if (trials) {
    const space::Yaml study = space::Yaml::parse(text, config.file);
    replace_number(text, study.at("budget").at("trials").where(), fmt::format("{}", *trials));
  }
  if (seed) {
    const space::Yaml study = space::Yaml::parse(text, config.file);
    if (study.has("seed")) {
      replace_number(text, study.at("seed").where(), fmt::format("{}", *seed));
    } else {
      text.insert(0, fmt::format("seed: {}\n", *seed));
    }
  }
  return search::parse_study(text, config.file);
}

}  // namespace antigrad::app
