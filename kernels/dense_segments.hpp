// The dense form (kernels/segment_table.hpp): cubics, or lines where they do, on segments of one
// width from one tail to the other, 0 among their borders.
#pragma once
#include <optional>
#include <vector>

#include "kernels/segments.hpp"

namespace antigrad::kernels {

/// Nothing for a function with a jump or a corner other than a bend at 0, with tails that are no
/// lines, or that needs more than Segments::kMostRows.
std::optional<Segments> fit_dense(const Sampler& f, const Shape& shape);

/// Where segments meet, ascending.
std::vector<float> dense_borders(const Segments& s);

}  // namespace antigrad::kernels
