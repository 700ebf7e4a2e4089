// The activations of the literature, as text in one file (zoo.yaml, embedded in the program), not
// as code.
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "space/activation.hpp"
#include "space/yaml.hpp"

namespace antigrad::space {

/// Something else that is published under the same name.
struct WrongForm {
  std::string text;    // an activation's text
  double at = 0;       // an x where it differs by more than rounding
  std::string note;    // what it is
  std::string source;  // where it stands
};

struct ZooEntry {
  enum class Kind { gradient, function, gate };  // given by g, by f, or around another entry

  std::string name;    // lower case: "relu", "xielu"
  std::string title;   // as people write it: "ReLU", "xIELU"
  std::string text;    // gradient text, "f: ..." where f is given, "gate(...)" for a gate
  std::string source;  // arXiv id, DOI or the module that defines it
  int year = 0;
  Kind kind = Kind::gradient;
  std::vector<std::string> aliases;  // other names that mean the same
  std::string note;                  // what the text leaves out or chooses; "" for nothing
  std::vector<WrongForm> wrong;
};

std::span<const ZooEntry> zoo();
/// By name or alias; nullptr when unknown.
const ZooEntry* find_in_zoo(std::string_view name);

/// The text and kind that a YAML map gives by g, f or gate, exactly one of them.
void read_given(const Yaml& item, ZooEntry& entry);

/// "gradient", "function" or "gate".
std::string_view to_string(ZooEntry::Kind kind);

}  // namespace antigrad::space
