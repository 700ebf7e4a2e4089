// Whether what a search found is like something known: gradients compared as functions where inputs
// are.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "search/claims/judge.hpp"
#include "space/activation.hpp"

namespace antigrad::search::claims {

/// The correlation of two gradients under N(0, 1), its size, at the start values of theta: 1 where
/// one is a + b times the other. The largest over what a network absorbs in front: reflections, and
/// factors of the input of `other` from 1/4 to 4. 0 for one without spread, or not finite.
double likeness_of_gradients(const space::Activation& g, const space::Activation& other);

/// How like the one found is to each of check.than, and how many of 200 gradients drawn from the
/// study's space are as like. Supported where for one of them the likeness is at least
/// check.at_least and at most one draw in twenty (over the number of them) reaches it; not
/// supported where it is below for all. Undecided while nothing is found.
Judged judge_alike(const Check& check, const StudyConfig& study, const Results& results);

}  // namespace antigrad::search::claims
