// A journal's studies as the front-end of optuna-dashboard 0.21 reads them: the answers of its four
// read routes (/api/meta, /api/studies, /api/studies/<id>, .../param_importances). Nothing can be
// changed through them.
#pragma once
#include "search/storage/json.hpp"
#include "search/storage/replay.hpp"

namespace antigrad::search::page {

Json dashboard_meta();

/// One line of /api/studies; id: what the study is called in paths.
Json dashboard_summary(const StoredStudy& study, int id);

/// /api/studies/<id>?after=N: trials from number `after` on; best_trials and the search spaces are
/// of all.
Json dashboard_study(const StoredStudy& study, int id, int after);

/// One list an objective, most important first: {"name", "importance", "distribution"}: PED-ANOVA
/// of the best tenth against all complete trials, as shares of the sum; equal shares where nothing
/// can be told. Values that are not finite are left out; fewer than two complete trials: an empty
/// list.
Json dashboard_importances(const StoredStudy& study);

}  // namespace antigrad::search::page
