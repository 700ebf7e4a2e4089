// Signs that hold for every x and every theta of the domains, by the form alone: row formulas run
// on a type that knows only a sign.
#pragma once
#include <span>

#include "space/expr.hpp"
#include "space/parameter.hpp"

namespace antigrad::space {

/// Neither: nothing is known.
struct Always {
  bool positive = false, not_negative = false;
  int number = -1;  // equal numbers are equal values: their product is a square
};
Always always(const Expr& e, std::span<const Parameter> parameters);

}  // namespace antigrad::space
