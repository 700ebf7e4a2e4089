// Test functions of optimisation, each the lower the better: what samplers are compared on.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "search/samplers/parameters.hpp"

namespace antigrad::search {

struct Landscape {
  std::string name;
  SearchSpace space;
  std::function<std::vector<double>(const Parameters&)> values;  // one an objective
};

/// sphere, ellipsoid, rosenbrock, rastrigin, ackley, branin, hartmann (Jamil and Yang 2013; minima
/// away from the middle), mixed (logarithm, integer, step, choice), conditional (what a choice
/// leaves to choose), and with two objectives zdt1 (Zitzler, Deb and Thiele 2000).
std::span<const Landscape> landscapes();

/// Throws space::Error for a name that is none.
const Landscape& landscape(const std::string& name);

/// One study without parallel trials: the best value after `trials` (first objective), and every
/// trial.
struct Descent {
  double best;
  std::vector<Observation> trials;
};
Descent descend(ParameterSampler& sampler, const Landscape& landscape, int trials,
                std::uint64_t seed);

}  // namespace antigrad::search
