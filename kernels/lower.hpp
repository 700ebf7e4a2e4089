// From rows to machine arithmetic: every primitive of an expression becomes core operations, with
// polynomials for exp, expm1, log1p, erf, erfc, tanh, atan, sin and cos that are good for float32.
// A row needs nothing here: its formula runs with a type that builds nodes. Formulas that cancel
// are rewritten first (kernels/rewrite.hpp).
#pragma once
#include "kernels/errors.hpp"
#include "space/expr.hpp"

namespace antigrad::kernels {

/// The same function with core operations only (Integral stays, with operands between the table's
/// ends or NaN), meant to be run in float32. With relative errors every row is within 4 ULP of its
/// exact value (sin and cos: for |x| <= 1e5, beyond that bounded by 1 but not accurate), also where
/// its argument is a sum, product or quotient of inputs, parameters and constants that rounds;
/// results below the smallest normal number may lose all digits. Absolute errors are a few 2^-24 of
/// the largest value inside. 0, -0, infinities and NaN go where libm puts them. Products that only
/// one sum reads are contracted to Fma.
space::Expr lower(const space::Expr& e, Errors errors = Errors::relative);

/// The same function with its rows as they are and each Integral as lower() leaves it.
space::Expr lower_tables(const space::Expr& e);

/// Whether e consists of sums, products, quotients, roots and choices: no exp, log, sin or the
/// like, and no tabulated integral. Of rows: whether their machine form is.
bool is_algebraic(const space::Expr& e);

}  // namespace antigrad::kernels
