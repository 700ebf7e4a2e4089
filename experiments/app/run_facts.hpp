// Questions to a run that several commands ask.
#pragma once
#include <cstdint>
#include <string>

#include "search/summary.hpp"

namespace antigrad::app {

/// The best discovered activation: first of the confirmed candidates, or of the leaderboard before
/// a confirmation; nullptr when no candidate has finished.
const search::Candidate* winner_of(const search::Summary& summary);
/// The trial that trained it longest: of the confirmation, or of the search before one.
const search::Trial* winning_trial(const search::Summary& summary);

/// Throws space::Error when there is no such trial in the search.
const search::Trial& trial_numbered(const search::Summary& summary, int number);

/// "GELU", or "#17" for a candidate by its number in the search.
std::string name_of(const search::Candidate& candidate, int search_trial);

/// Steps that a search trial and its confirmation were trained.
std::int64_t steps_spent(const search::Summary& summary, const search::ConfirmRow& row);

}  // namespace antigrad::app
