// Random gradients and variation of gradients: pure functions of (grammar, parents, random stream).
// Every result is valid: it parses back, integrates, and g is finite. Models: Operon's operators,
// PANGAEA's mutations, on the gradient instead of f.
#pragma once
#include <string>
#include <vector>

#include "space/gradient.hpp"
#include "space/random.hpp"

namespace antigrad::space {

/// What a generator may use.
struct Grammar {
  std::vector<std::string> primitives;  // names; empty = every primitive of the table
  int max_pieces = 3;                   // 1..8
  int max_terms = 3;                    // per piece, the constant not counted; 1..8
  int max_power = 1;                    // of x in front of a primitive, 0..3
  int max_parameters = 2;               // trainable coefficients, 0..8
  double knot_range = 2;                // knots in [-range, range]; 0 is preferred
  double product_chance = 0.1;  // a term with two factors (tabulated where no closed form is known)
};

/// A random valid gradient. Draws again until integrate() accepts and g is bounded by 1e3 on [-8,
/// 8]; throws Error after 1,000 refusals.
Gradient random_gradient(const Grammar& grammar, Random& random);

/// One small change: a primitive exchanged, a term added, removed or swapped, a piece split or
/// merged, a knot moved, a coefficient changed, freed (made trainable) or frozen. Differs from the
/// parent; valid.
Gradient mutate(const Gradient& parent, const Grammar& grammar, Random& random);

/// Pieces and terms of two parents. Valid.
Gradient crossover(const Gradient& mother, const Gradient& father, const Grammar& grammar,
                   Random& random);

}  // namespace antigrad::space
