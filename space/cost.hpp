// What a gradient costs to evaluate, modelled: no clock, so that a search's decisions do not depend
// on the machine. Each row's own formula is run once on a type that counts.
#pragma once
#include "space/gradient.hpp"

namespace antigrad::space {

/// Operations an element, in units of one addition (a division is 4, exp 8, erf 14: about the
/// lengths of their polynomials in machine code).
double cost(Op primitive);

/// Of g at one element: the dearest piece, with equal factors counted once, and a selection a knot.
double cost(const Gradient& g);

}  // namespace antigrad::space
