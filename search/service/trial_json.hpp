// Studies and trials as the service's JSON says them.
#pragma once
#include <string>

#include "search/service/store.hpp"

namespace antigrad::search {

/// {"study", "number", "id", "state", "values", "params": as users see them, "distributions",
/// "user_attrs", "system_attrs", "intermediate_values", "datetime_start", "datetime_complete"}.
Json trial_json(const StoredStudy& study, const StoredTrial& trial);

/// {"name", "id", "directions", "trials": how many, "states": how many in each, "settings",
/// "user_attrs", "best": its best trial's number and values, with one objective}.
Json study_json(const StoredStudy& study);

/// The complete trial with the best value of the first objective; nullptr when there is none.
const StoredTrial* best_trial(const StoredStudy& study);

/// A study by name, else by id. Throws Refusal 404.
const StoredStudy& study_called(const View& view, const std::string& name_or_id);
const StoredStudy& study_with_id(const View& view, int id);
/// Throws Refusal 404.
const StoredTrial& trial_numbered(const StoredStudy& study, int number);

}  // namespace antigrad::search
