// Products of rows as sums of terms with fewer factors, where an identity says so: p(u)^2 by the
// row's column, exponentials and Gaussians multiplied out, products of sines and cosines, steps,
// reflections. What cancels between terms then cancels.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "space/gradient.hpp"

namespace antigrad::space {

/// The term by one identity; nullopt where none applies. Only factors without parameters are
/// touched. The identity's name is added to `rules`.
std::optional<std::vector<Term>> by_identity(const Term& t, std::set<std::string>& rules);

/// Every term by identities until none applies.
std::vector<Term> by_identities(std::vector<Term> terms, std::set<std::string>& rules);

/// Whether scale and shift hold no parameters.
bool is_constant(const Factor& f);

}  // namespace antigrad::space
