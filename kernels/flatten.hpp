// From rows to what other languages have: every primitive of an expression becomes core operations
// and the base functions of a mathematical library. A row needs nothing here: its formula runs with
// a type that builds nodes.
#pragma once
#include "space/expr.hpp"

namespace antigrad::kernels {

/// The same function, bit for bit, of core operations, Integral, and the rows that are a base
/// function themselves (exp, expm1, log1p, erf, erfc, tanh, atan, sin, cos).
space::Expr flatten(const space::Expr& e);

}  // namespace antigrad::kernels
