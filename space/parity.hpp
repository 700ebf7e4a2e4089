// Whether a function is even or odd, by its form: row formulas run on a type that knows only that.
#pragma once
#include "space/activation.hpp"

namespace antigrad::space {

/// Both: it is 0. Neither: nothing is known.
struct Parity {
  bool even = false, odd = false;
};

/// Of the expression's first output as a function of Var 0.
Parity parity(const Expr& e);

/// Of f: from its form where it is given by f; else from the mirrored pieces of g (g even and
/// f(0) = 0: odd; g odd: even). Never both; neither: not known.
Parity parity_of_f(const Activation& activation);

}  // namespace antigrad::space
