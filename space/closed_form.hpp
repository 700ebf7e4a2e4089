// Antiderivatives that are sums of terms again: x^k times rows whose antiderivatives are terms, by
// parts; p p', e^u sin v, a step or a ReLU times any of these.
#pragma once
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "space/gradient.hpp"

namespace antigrad::space {

/// F with F' = t, or nullopt where no rule gives one. t holds parameters in its weight only. The
/// rules that were used are added to `rules`.
std::optional<std::vector<Term>> closed_form(const Term& t, std::set<std::string>& rules);

/// The sum of the terms, which hold no parameters, at x.
double value_at(const std::vector<Term>& terms, double x);

}  // namespace antigrad::space
