// The activations of the literature, as text in one file (zoo.yaml, embedded in the program), not
// as code.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "space/activation.hpp"

namespace antigrad::space {

struct ZooEntry {
  std::string name;    // lower case: "relu", "xielu"
  std::string title;   // as people write it: "ReLU", "xIELU"
  std::string text;    // gradient text, or "f: ..." where f is given
  std::string source;  // arXiv id, DOI or the module that defines it
  int year = 0;
};

std::span<const ZooEntry> zoo();
/// nullptr when unknown.
const ZooEntry* find_in_zoo(std::string_view name);

}  // namespace antigrad::space
