// What the generated form does in bfloat16, float16 and float32 inputs, computed in float32: every
// 16-bit input is tried, which is a proof; float32 is swept, which is not.
#pragma once
#include <vector>

#include "space/proof.hpp"

namespace antigrad::space {

/// NaN out of a finite input, or an infinity where float64 has a value that the format can hold.
std::vector<Claim> finite_in_short_formats(const Activation& activation);

}  // namespace antigrad::space
