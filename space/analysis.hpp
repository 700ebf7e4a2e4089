// Everything that is proved of an activation, line by line: its properties, limits, range,
// stationary points, pieces, constants, signal propagation, behaviour in short formats.
#pragma once
#include <vector>

#include "space/proof.hpp"

namespace antigrad::space {

/// At the parameters' starts, but for the lines that say "for all". A few tenths of a second.
std::vector<Claim> analyze(const Activation& activation);

}  // namespace antigrad::space
