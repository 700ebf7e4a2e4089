// Formulas in pieces: both sides of a selection are computed everywhere, so what they have in
// common is better computed once. No rule changes a value: an element sees the same operations on
// the same numbers.
#pragma once
#include <vector>

#include "space/expr.hpp"

namespace antigrad::kernels {

/// Nodes that count only where the condition of the selection `s` holds (side 0) or does not (side
/// 1): every reader is such a node, or a selection with that condition that reads it on that side.
std::vector<bool> only_on_side(const space::Expr& e, const space::Node& s, int side);

/// Two calls of one row, one that counts only where a comparison holds and one only where it does
/// not, become one call on the selected argument.
space::Expr merge_calls(const space::Expr& e);

/// A selection of two products (or sums in one rounding, or quotients) becomes a product of
/// selections, where that saves more than it costs.
space::Expr select_operands(const space::Expr& e);

}  // namespace antigrad::kernels
