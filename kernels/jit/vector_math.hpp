// The C library's functions on vectors of doubles (glibc's libmvec, within 4 ULP), where it has
// them: what machine code calls that computes in float64 between float32 elements.
#pragma once
#include <string>

#include "space/expr.hpp"

namespace antigrad::kernels {

/// Where they are: what a dynamic linker opens.
inline constexpr const char* kVectorMath = "libmvec.so.1";

/// The symbol of a base function (kernels/flatten.hpp) on so many doubles; "" where there is none.
std::string vector_function(space::Op op, int lanes);

}  // namespace antigrad::kernels
