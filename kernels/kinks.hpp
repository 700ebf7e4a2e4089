// Where a formula changes its branch: the only places where a function of the rows can jump or have
// a kink. Rows run on numbers that write every decision (a comparison, |a|, min, max) into a
// signature; two neighbouring floats with different signatures have a switch between them.
#pragma once
#include <vector>

#include "space/expr.hpp"

namespace antigrad::kernels {

/// Floats b in (-reach, reach), ascending, such that the first output of e takes other branches at
/// b than at the next float. A switch need not be a kink. Two that cancel each other within a tenth
/// of |x| may be missed; after 16 the rest is left out. Parameters are at `theta`.
std::vector<float> switches(const space::Expr& e, std::span<const double> theta, float reach);

}  // namespace antigrad::kernels
