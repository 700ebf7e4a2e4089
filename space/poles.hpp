// Poles: where a formula divides by zero or takes a logarithm or root outside its domain, at one
// theta and over the theta that training can reach.
#pragma once
#include "space/proof.hpp"

namespace antigrad::space {

/// Whether f and g are finite at every finite x. Gradients in normal form are, for any theta: every
/// row is. A formula with quotients is searched for zeros of its denominators.
Claim finite_everywhere(const Expr& e, std::span<const Ball> theta, const std::string& which);

/// Over every theta of the domains. What is found is a value of a parameter beyond which there is a
/// pole, with the others at their starts, and whether the domain keeps away from it.
std::vector<Claim> finite_for_all_parameters(const Activation& activation);

}  // namespace antigrad::space
