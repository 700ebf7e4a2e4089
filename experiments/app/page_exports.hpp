// What the page can hand out besides a study: kernels and exports of its activations.
#pragma once
#include "search/page/offline.hpp"
#include "search/summary.hpp"

namespace antigrad::app {

/// Every target of `antigrad export`: [{"name", "meaning"}].
search::Json page_targets();

/// The files of a target for a trial, with its trained values where it was confirmed:
/// [{"name", "content"}], or "base64" where it is no text; without the folders of test data. Throws
/// space::Error for an unknown trial or target.
search::Json page_export(const search::Summary& summary, int trial, const std::string& target);

/// For the offline page: properties of the finalists and baselines, and every export of the best.
search::page::Extras page_extras(const search::Summary& summary);

}  // namespace antigrad::app
