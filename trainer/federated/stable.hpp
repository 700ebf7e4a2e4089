// Random numbers of a federated training. All are counter-based: a number is a function of its key.
#pragma once
#include <cstdint>

#include "space/random.hpp"

namespace antigrad::trainer {

/// Symmetric alpha-stable of scale 1, alpha = tail in (0, 2]: characteristic function
/// exp(-|t|^alpha), so that 2 gives N(0, 2) and 1 Cauchy's distribution. Chambers, Mallows and
/// Stuck 1976, with two uniform numbers.
double stable(double tail, space::Random& random);

/// Rayleigh's distribution, scaled to mean 1 (second moment 4 / pi): the gain of a faded signal.
double rayleigh(space::Random& random);

/// Gamma of scale 1 and any shape above 0 (Marsaglia and Tsang 2000).
double gamma_number(double shape, space::Random& random);

}  // namespace antigrad::trainer
