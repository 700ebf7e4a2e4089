// The proof of a table is in running it: at every border and its neighbours, inside every segment,
// at zeros, denormals, all magnitudes, infinities and NaN, against the float64 reference.
#pragma once
#include <string>

#include "kernels/segments.hpp"
#include "kernels/table_loops.hpp"

namespace antigrad::kernels {

/// The largest error in units of eps = 2^-24 (f32) or 2^-9 (bf16) times Shape::scale; infinity with
/// the reason (which x, what was got, what was expected) where a special value is wrong.
double table_error(const Segments& segments, const Shape& shape, const Sampler& f,
                   TableLoop forward, Element element, std::string& reason);

}  // namespace antigrad::kernels
