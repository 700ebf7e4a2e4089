// What samplers of gradients share: gradients of trials, and variation of them.
#pragma once
#include <optional>
#include <span>
#include <string>

#include "search/samplers/sampler.hpp"
#include "space/gradient.hpp"

namespace antigrad::search {

/// Nothing for an activation that is given by f: it has no gradient to vary.
std::optional<space::Gradient> gradient_of(const std::string& activation);

/// One number that orders trials as better() does, the lower the better, ties left out: the score,
/// less a million a rung; failures stand above all.
double merit(const Trial& trial);

/// What a study's objectives say to NSGA-II: in their order, each the lower the better, quality by
/// how far a trial climbed, then by its score. directions: Optuna's, one an objective, quality
/// first. NaN for what a trial lacks.
std::vector<double> lower_is_better(const Trial& trial, std::span<const int> directions);

struct Parent {
  const Trial* trial;
  space::Gradient gradient;
};

/// A child of the mother, or with the chance `crossover` of both; father may be nullptr.
Proposal vary(const Parent& mother, const Parent* father, double crossover,
              const space::Grammar& grammar, space::Random& random);

}  // namespace antigrad::search
