// The engine that is always there: a program run block by block, one operation at a time over a
// block of elements, with the rows' own formulas and libm. It is the reference for the others.
#pragma once
#include <memory>

#include "kernels/routine.hpp"

namespace antigrad::kernels {

/// T is float or double: elements and arithmetic are T, sums are in double.
template <class T>
std::unique_ptr<Routine> interpret(const Program& program);

/// Elements of the type; arithmetic in float64 for f64 and for a wide program, whose elements are
/// f64 or f32, else in float32, rounded once on output.
std::unique_ptr<Routine> interpret(const Program& program, Type type);

/// The interpreter's kernel for an activation.
std::unique_ptr<Kernel> interpreter_kernel(const space::Activation& activation, Type type);

}  // namespace antigrad::kernels
