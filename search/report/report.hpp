// The report of a run as HTML that needs no script: what was searched, what was found and how sure
// that is. search/page makes a file of it.
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

/// Functions, learning curves, progress and trials drawn without scripts, for a study in any phase
/// (nothing trained yet: ""). Every text of the study is escaped.
std::string report_sections(const Summary& summary, const Costs& costs);

}  // namespace antigrad::search
