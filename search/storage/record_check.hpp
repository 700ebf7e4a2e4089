// What may be appended to a journal: records that Optuna can replay. One it cannot makes the whole
// file unreadable for ever, so they are looked at before they are written.
#pragma once
#include "search/storage/json.hpp"

namespace antigrad::search {

/// Throws space::Error saying which field is missing or of another kind than Optuna wants: fields
/// of every operation, one key an attribute, times in ISO form, distributions that Optuna's classes
/// take, numbers of choices inside the choices.
void check_record(const Json& record);

}  // namespace antigrad::search
