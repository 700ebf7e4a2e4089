// The three programs of an activation as Triton kernels: the arithmetic of our machine code
// (kernels/lower.hpp) in float32, or float64 where terms cancel too strongly for that; float32,
// bfloat16 and float16 in and out.
#pragma once
#include <string>

#include "kernels/export/subject.hpp"

namespace antigrad::kernels {

/// Python text without imports; every line is indented by `indent`. It defines triton_forward(x,
/// theta), triton_backward(x, gy, theta) and triton_double_backward(x, gy, ggx, theta, ggtheta),
/// each returning a tuple: elementwise results like x, then sums in float64.
std::string triton_text(const Subject& subject, const std::string& indent);

}  // namespace antigrad::kernels
