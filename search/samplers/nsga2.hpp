// NSGA-II (Deb et al. 2002) over parameters, elitist over all trials: parents are the best
// `population` of the visible ones, by constraints violated, then front, then crowding.
#pragma once
#include <memory>

#include "search/samplers/parameters.hpp"

namespace antigrad::search {

struct Nsga2Config {
  int population = 50;     // so many trials are random first
  double crossover = 0.9;  // chance of two parents
  double mutation = 0;     // chance of each parameter; 0: one of them on average
  double spread = 20;      // of children around their parents: the larger, the nearer
};

/// Numbers by simulated binary crossover and polynomial mutation (Deb and Agrawal 1995), choices by
/// a parent's or any.
std::unique_ptr<ParameterSampler> nsga2_parameters(const Nsga2Config& config);

/// Indices of the best `count` trials by constrained domination, the best first: those that violate
/// no constraint by front and, inside of one, the least crowded first; then the others, the least
/// violation first.
std::vector<std::size_t> elite(std::span<const Observation* const> trials, std::size_t count);

}  // namespace antigrad::search
