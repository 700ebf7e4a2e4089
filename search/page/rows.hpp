// A trial as the page shows it: one line of a list, its learning curves, all there is to know.
// Values only; who serves them is elsewhere.
#pragma once
#include "search/report/report.hpp"
#include "search/storage/json.hpp"
#include "search/storage/replay.hpp"

namespace antigrad::search::page {

/// One line of the list: everything that can be sorted and filtered by. Keys that say nothing are
/// absent; numbers that are not finite are null. "loss" and "accuracy" are of the last point, by
/// task, mean over seeds; "operations": the modelled cost of g an element (space/cost.hpp).
Json row(const Trial& trial);
/// The same for a trial that another program wrote: its values, parameters and plain attributes.
Json foreign_row(const StoredTrial& stored, const std::string& why);

/// Validation loss by task, mean over seeds: {"number": n, "tasks": {"images": [[step, loss],
/// ..]}}. null without any.
Json curves(const Trial& trial, const StudyConfig& config);

/// All of one trial: its line, formulas as HTML, every run with its curve, those of the
/// confirmation (nullptr: it was not confirmed), draws that were refused before it, and `log`,
/// lines of text.
Json detail(const Trial& trial, const Trial* confirmation, const std::vector<std::string>& log);

/// Drawings at the trained values of its parameters, one for each place of the network, of the
/// first run of every task, at most 24: [{"name", "theta", "drawing"}].
Json trained(const Trial& trial);

/// What a trial itself says of its life, without times: refusals, rungs, runs, outcome. Equal for
/// equal studies.
std::vector<std::string> history(const Trial& trial);

}  // namespace antigrad::search::page
