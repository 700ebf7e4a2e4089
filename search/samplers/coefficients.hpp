// The continuous part of a gradient: its coefficients as named parameters of a space, so that
// samplers of parameters tune them while the structure (pieces, terms, primitives, powers, what
// trains) stays.
#pragma once
#include <string>

#include "search/samplers/parameters.hpp"
#include "space/gradient.hpp"

namespace antigrad::search {

/// Free are weights, scales, shifts, knots and the start values of what trains, less one weight,
/// one scale and one shift or knot: these only name the units of output and input, which the layers
/// around an activation absorb. A factor's inner composition stays as it is.
struct Coefficients {
  std::string structure;  // equal for gradients that differ in coefficients alone
  Parameters values;      // of the free ones, by names like "w1", "a2", "b2", "k1", "alpha"
};
Coefficients coefficients_of(const space::Gradient& g);

/// Where the coefficients of gradients of one structure are looked for, from one of them: a weight
/// within twice its size (at least 1) of it; a scale between a quarter of it and four times it, its
/// sign kept; a shift within 2; a knot within 2, less than half the way to its neighbours; a
/// start within its domain, at most twice its size (at least 1) away. Empty: nothing is free.
SearchSpace coefficient_space(const space::Gradient& g);

/// The gradient with these values; those that `values` lacks stay. Throws space::Error where knots
/// fall out of order or a start out of its domain.
space::Gradient with_coefficients(space::Gradient g, const Parameters& values);

}  // namespace antigrad::search
