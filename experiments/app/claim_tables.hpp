// Tables that a claim's report shows beside the figures of its runs.
#pragma once
#include <string>
#include <vector>

#include "search/claims/measured.hpp"
#include "search/run_directory.hpp"

namespace antigrad::app {

/// Parameters and operations of each task's network: what is matched and what is not.
search::claims::ReportTable networks_table(const search::StudyConfig& study);

/// Forward and backward of these activations in every data type by every back-end that has them,
/// measured now; libtorch's own where it has the function.
search::claims::ReportTable kernels_table(const std::vector<std::string>& activations);

/// A feed-forward network without the neurons that the run found weak, timed now.
search::claims::ReportTable skipping_table(const search::RunDirectory& run);

}  // namespace antigrad::app
