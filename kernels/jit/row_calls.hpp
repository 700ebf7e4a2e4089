// What machine code in float64 calls an element at a time: the rows' own formulas and libm, as the
// interpreter runs them, so that both engines agree to the last bit.
#pragma once
#include "space/expr.hpp"
#include "space/table.hpp"

namespace antigrad::kernels {

/// An operation of up to four operands; those it does not have are not read.
using RowFunction = double (*)(double, double, double, double);
RowFunction row_function(space::Op op);

/// The table at x, tails included.
double table_value(const space::Table* table, double x);

}  // namespace antigrad::kernels
