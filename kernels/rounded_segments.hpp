// Fits for the rounded forms of kernels/segment_table.hpp, whose lookups cost least: where a
// symmetry or a line beyond an end leaves a function with constant tails to be fitted.
#pragma once
#include <optional>
#include <vector>

#include "kernels/segments.hpp"

namespace antigrad::kernels {

/// The cheapest rounded form that keeps Shape::fit; nothing where none does.
std::optional<Segments> fit_rounded(const Sampler& f, const Shape& shape);

/// Where segments meet, ascending; for half on both sides.
std::vector<float> rounded_borders(const Segments& s);

}  // namespace antigrad::kernels
