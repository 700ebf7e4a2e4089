// Activations drawn side by side: f, g and f'' over each other, as one HTML file that needs nothing
// else, or as one picture.
#pragma once
#include <string>
#include <vector>

#include "space/activation.hpp"

namespace antigrad::app {

/// At the parameters' starts, over [-5, 5]. A file that ends in .svg becomes a picture of the three
/// charts with the names; any other a page that has the formulas too. Throws space::Error when the
/// file cannot be written.
void draw(const std::string& file, const std::vector<space::Activation>& activations,
          const std::vector<std::string>& names);

}  // namespace antigrad::app
