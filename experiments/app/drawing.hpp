// Activations drawn side by side: f, g and f'' over each other, as one HTML file that needs nothing
// else.
#pragma once
#include <string>
#include <vector>

#include "space/activation.hpp"

namespace antigrad::app {

/// At the parameters' starts, over [-5, 5]. Throws space::Error when the file cannot be written.
void draw(const std::string& file, const std::vector<space::Activation>& activations,
          const std::vector<std::string>& names);

}  // namespace antigrad::app
