// Where float32 is not enough: terms that cancel.
#pragma once
#include "kernels/far.hpp"
#include "space/activation.hpp"
#include "space/expr.hpp"

namespace antigrad::kernels {

/// Kernels are within 1e-6 max(1, |value|) of the exact function, and files within that of kernels.
/// Where float32 is off by more than this on the points that were tried, both compute in float64
/// between float32 elements.
constexpr double kKernelTolerance = 9.5e-7, kFileTolerance = 4e-7;
/// Of tables, which are tried on fewer points, and of machine code with tabulated antiderivatives,
/// which are tried without the error of the table.
constexpr double kTableTolerance = 7.5e-7;

/// The largest error of `computed` in float32 over max(1, |value|), against e, on [-16, 16] (2,039
/// points): both have one input and the same outputs.
double float32_error(const space::Expr& e, const space::Expr& computed, const Thetas& thetas);

/// Whether terms of f or of its first derivatives cancel so strongly that our own arithmetic
/// (kernels/lower.hpp), which puts many roundings back, is off by more than the tolerance: at the
/// starts of the parameters or at other values of theirs.
bool cancels(const space::Activation& activation, const Thetas& thetas, double tolerance);

/// Whether this is so of machine code (kernels/regroup.hpp) for f and f' at the starts, by the
/// tolerance of kernels, or of tables where f has one. Sums of df/dtheta over elements keep more
/// digits than their terms.
bool machine_code_cancels(const space::Activation& activation);

/// The starts, then these.
Thetas starts_and(const space::Activation& activation, const Thetas& thetas);

}  // namespace antigrad::kernels
