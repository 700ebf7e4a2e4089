// What `antigrad export` is asked for, and the file it becomes.
#pragma once
#include <string>

#include "space/definitions.hpp"

namespace antigrad::app {

struct Exported {
  std::string name;  // of the file: "gelu", "winner", "trial17", "activation"
  space::Activation activation;
};

/// `what`: a name of the zoo or the definitions, RUN or RUN:TRIAL (under `root` or a path), or the
/// text of an activation. Throws space::Error.
Exported find_exported(const std::string& root, const std::string& what,
                       const space::Definitions& known);

/// The activation as a Python file for PyTorch, parameters at their starts; folders are made.
/// Throws space::Error when it cannot be written.
void write_torch_file(const space::Activation& activation, const std::string& path);

}  // namespace antigrad::app
