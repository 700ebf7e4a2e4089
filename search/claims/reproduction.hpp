// Runs the study behind a claim: every activation on every task it belongs to, on paired seeds, or
// its search, into a journal that a later call goes on with.
#pragma once
#include <atomic>

#include "search/claims/judge.hpp"
#include "search/claims/measured.hpp"
#include "search/engine.hpp"

namespace antigrad::search::claims {

struct Reproduction {
  Claim claim;
  StudyConfig study;    // of one size
  std::string journal;  // path
  Describe describe = describe_activation;
  Listener* listener = nullptr;
  const std::atomic<bool>* stop = nullptr;
};

/// Trains what the journal lacks. False when it was stopped before the end. A task on which some
/// activations fail is no error; their failures are figures (judge.hpp). Throws space::Error for a
/// journal of another study, and for a task on which nothing trains.
bool reproduce(const Reproduction& what, Pool& pool);

/// What the journal holds, finished or not.
Results results_of(const StudyConfig& study, const std::string& journal);

/// What a report shows beside the journal's figures.
struct Beside {
  std::vector<ThetaCurve> theta{};
  std::vector<ReportTable> tables{};
};

/// The report: claim, verdict, every finding, means by task, curves, what was measured of the
/// networks, the tables beside. One HTML file, offline. style: CSS, the page's (page_assets).
std::string report_html(const Claim& claim, const StudyConfig& study, const std::string& size,
                        const Results& results, const Judgement& judgement, const Beside& beside,
                        const std::string& style);

}  // namespace antigrad::search::claims
