// Random gradients and variation of gradients: pure functions of (grammar, parents, random stream).
// Models: Operon's operators, PANGAEA's mutations, on the gradient instead of f; Boltzmann samplers
// (Duchon et al. 2004) for the sizes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "space/gradient.hpp"
#include "space/grammar.hpp"
#include "space/random.hpp"

namespace antigrad::space {

/// Cheap and necessary: within the grammar's numbers and cost; finite and bounded by 1e3 on 65
/// samples of [-8, 8]; neither nearly constant nor tiny where inputs are; not refuted. Nothing is
/// integrated. The samples, or nothing when it fails.
std::optional<SampledFacts> plausible(const Gradient& g, const Grammar& grammar);

/// Plausible, integrates, and reads back from its text.
bool valid(const Gradient& g, const Grammar& grammar);

/// The cheap path: a random plausible gradient that was not integrated and may turn out to have no
/// certified integral. Throws Error after 1,000 refusals.
Gradient random_plausible(const Grammar& grammar, Random& random);

/// A random valid gradient. Draws again until it is; throws Error after 1,000 refusals (of one
/// size, for boltzmann sampling).
Gradient random_gradient(const Grammar& grammar, Random& random);

struct Variation {
  Gradient gradient;           // valid, differs from its parents
  std::string_view operation;  // a name of variation_operators(), or "random" where none applied
};

/// One small change of the parent, by an operator that is drawn by its weight.
Variation mutation(const Gradient& parent, const Grammar& grammar, Random& random);

/// Pieces and terms of two parents; a mutation of the mother where no crossover of them is valid.
Variation crossing(const Gradient& mother, const Gradient& father, const Grammar& grammar,
                   Random& random);

/// The gradients alone.
Gradient mutate(const Gradient& parent, const Grammar& grammar, Random& random);
Gradient crossover(const Gradient& mother, const Gradient& father, const Grammar& grammar,
                   Random& random);

}  // namespace antigrad::space
