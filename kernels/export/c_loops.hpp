// The functions of a C header: a loop over elements around a program's lines.
//
// Legend: x, gy, v inputs, x_i an element of one, pK parameters, prefix_integral_0_f32 a table's
// reader. Parameter gradients go through a buffer, so that the loop over elements has no sum in it
// that a compiler may not reorder.
#pragma once
#include <string>

#include "kernels/export/c_arithmetic.hpp"
#include "kernels/export/c_names.hpp"
#include "kernels/program.hpp"

namespace antigrad::kernels {

/// PREFIX_forward_f32 (or f64), and PREFIX_backward_f32; the tables that they read go to `tables`.
std::string c_forward(const Program& program, const CArithmetic& arithmetic, const CNames& names,
                      Tables& tables);
std::string c_backward(const Program& program, const CArithmetic& arithmetic, const CNames& names,
                       Tables& tables);

}  // namespace antigrad::kernels
