// Gradients that call the user's primitives. A call is the primitive's formula written out; where
// that is no sum of products of rows, the primitive's own antiderivative is tabulated:
//   int w h(a x + b) = (w/a) H(a x + b),  and the activation is given by f, with H as integral(h,
//   u).
#pragma once
#include <span>
#include <string_view>

#include "space/activation.hpp"
#include "space/definitions.hpp"
#include "space/text.hpp"

namespace antigrad::space {

/// Calls of the primitives as their formulas.
Functions written_out(std::span<const UserPrimitive> primitives);

/// The activation whose gradient `text` is. Throws Error with line and column, as parse_gradient
/// and integrate do; and for a primitive without a table, with the reason.
Activation integrate_with(std::string_view text, std::span<const UserPrimitive> primitives);

}  // namespace antigrad::space
