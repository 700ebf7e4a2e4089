// The key `evaluator:` of a study.
#pragma once
#include <string>
#include <vector>

#include "space/yaml.hpp"

namespace antigrad::search {

/// A program of the user that trains instead of the trainer.
struct CommandConfig {
  std::vector<std::string> command;  // program and arguments; empty: the trainer
  double grace = 5;                  // seconds from being told to end until it is killed
};

/// Throws space::Error with place.
CommandConfig read_command(const space::Yaml& node);

}  // namespace antigrad::search
