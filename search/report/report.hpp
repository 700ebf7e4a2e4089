// The report of a run: one HTML file that opens offline and says what was searched, what was found
// and how sure that is.
#pragma once
#include <map>
#include <string>

#include "search/summary.hpp"
#include "trainer/evaluator.hpp"

namespace antigrad::search {

/// What kernels cost, measured by the caller; a resource, so no part of a verdict.
struct Costs {
  std::map<std::string, trainer::KernelCost> by_activation;  // key: Candidate::activation

  /// nullptr when it was not measured.
  const trainer::KernelCost* find(const std::string& activation) const;
};

/// The page, for a study in any phase (nothing trained yet included). It asks for nothing outside
/// itself, works without scripts, and every text of the study is escaped. Equal for equal studies,
/// resources (seconds, costs) apart.
std::string report_html(const Summary& summary, const Costs& costs);

/// Writes the page, replacing what is there in one step (rename). Throws space::Error when it
/// cannot be written.
void write_report(const Summary& summary, const Costs& costs, const std::string& path);

}  // namespace antigrad::search
