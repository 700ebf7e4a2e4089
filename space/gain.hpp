// The scale of an activation: what makes two that differ by a factor the same.
#pragma once
#include "space/activation.hpp"

namespace antigrad::space {

/// 1 / sqrt(E f(z)^2) for z ~ N(0, 1) and theta at its start; 1 where that is 0 or not finite.
double normalising_gain(const Activation& activation);

/// gain f with its gradient; text and rules stay those of f.
Activation scaled(Activation activation, double gain);
/// f times its normalising gain.
Activation normalised(Activation activation);

}  // namespace antigrad::space
