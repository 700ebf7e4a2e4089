// The key `promote:` of a study.
#pragma once
#include <string>

#include "space/yaml.hpp"

namespace antigrad::search {

struct PromoteConfig {
  int candidates = 3;    // the best of the confirmation, or of the search before one
  int seeds = 10;        // fresh ones, that neither search nor confirmation has seen
  double margin = 0.25;  // d: differences below it do not matter; in units of the score
  double level = 0.95;   // of the verdicts, over all candidates together
  std::string tasks{};   // a file with `tasks:` that are not searched; "": none
};

/// Throws space::Error with place. file: of the study; a relative path is relative to it.
PromoteConfig read_promote(const space::Yaml& node, const std::string& file);

}  // namespace antigrad::search
