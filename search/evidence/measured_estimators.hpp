// What judges runs where nobody says: by kind of task, the score estimator that was measured as the
// best on activations that were really trained. The measurements are a file,
// search/evidence/estimators.csv, which is part of the program: a study is judged alike on every
// machine.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "search/library/past_study.hpp"

namespace antigrad::search {

/// "images", "language" or "graphs", by the format of its data; "plain images" and "plain language"
/// for networks without normalisation (an mlp without norm, an nplm), whose runs say something else
/// early; "" for a game, and for what has no data.
std::string kind_of_task(const TaskFacts& task);

/// By fraction of the steps, the estimator whose rank correlation with final losses is the highest
/// on average over the measured tasks of a kind, among those that are clearly above `averaged`
/// (2.7 deviations of the mean difference: 5 % over seven others) and clearly below it (2) on none,
/// nor among its better half of activations; else `averaged`. Empty where `averaged` is left at
/// every fraction, as for kinds that were not measured.
std::vector<LearnedEstimator> measured_estimators(const std::string& kind);

/// The same of other measurements: what `antigrad bench estimators -o csv` writes. Throws
/// space::Error naming file and line.
std::vector<LearnedEstimator> measured_estimators(const std::string& kind, std::string_view csv,
                                                  const std::string& file);

}  // namespace antigrad::search
