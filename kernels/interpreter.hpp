// The engine that is always there: a program run block by block, one operation at a time over a
// block of elements, with the rows' own formulas and libm. It is the reference for the others.
#pragma once
#include <memory>

#include "kernels/routine.hpp"

namespace antigrad::kernels {

/// T is float or double: all arithmetic is in T, sums are in double.
template <class T>
std::unique_ptr<Routine> interpret(const Program& program);

/// The interpreter's kernel for an activation.
std::unique_ptr<Kernel> interpreter_kernel(const space::Activation& activation, Type type);

}  // namespace antigrad::kernels
