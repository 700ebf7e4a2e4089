// What the page says of a study as a whole.
#pragma once
#include <string>

#include "search/report/report.hpp"
#include "search/storage/json.hpp"
#include "search/summary.hpp"

namespace antigrad::search::page {

/// Name, phase, verdict, progress, tasks, rungs, counts of states, the best candidate, and which
/// trials are drawn by default ("series": finalists and baselines with their styles).
Json study_head(const Summary& summary);

/// Verdict, formulas of the best, facts, and the confirmation's table and intervals, as HTML in
/// which every text of the study is escaped.
std::string evidence_html(const Summary& summary, const Costs& costs);

}  // namespace antigrad::search::page
