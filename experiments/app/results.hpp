// What a search ends with: the table on stdout and the files of the run directory.
#pragma once
#include <string>

#include "experiments/app/listing.hpp"
#include "search/report/report.hpp"
#include "search/run_directory.hpp"
#include "search/summary.hpp"

namespace antigrad::app {

/// Kernel cost of everything in the confirmation, measured now; loads libtorch. What cannot be
/// measured is left out.
search::Costs measure_costs(const search::Summary& summary);

/// hall_of_fame.yaml, report.html and kernels/winner_torch.py of a run.
void write_files(const search::Summary& summary, const search::Costs& costs,
                 const search::RunDirectory& run);

/// Finalists and baselines on the same seeds, best first: means with 95 % intervals, paired
/// difference to the best baseline, verdict, kernel cost, steps; for people with the winner's
/// formulas and the verdict in a sentence. Without a confirmation: the leaderboard's best.
std::string results_text(const search::Summary& summary, const search::Costs& costs, Format format);

}  // namespace antigrad::app
