// A search whose candidates' kernels are measured: for studies with the objective measured_cost.
#pragma once
#include "search/engine.hpp"
#include "search/evidence/objective.hpp"

namespace antigrad::search {

/// run_search; measure is asked from several threads but one call at a time, once a trial, and the
/// answer stands in the trial's record, so that a study that goes on does not ask again.
SearchResult run_search(const SearchOptions& options, Pool& pool, MeasureCost measure);

}  // namespace antigrad::search
