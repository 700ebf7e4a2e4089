// What a way to search costs until it has found something good, counted on recorded trainings: each
// strategy is a study, run by the engine itself with an evaluator that gives recorded curves back.
#pragma once
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "search/candidate.hpp"
#include "search/engine.hpp"
#include "search/evidence/recorded.hpp"
#include "search/study.hpp"

namespace antigrad::search {

struct Strategy {
  std::string name, meaning;
  std::string keys;        // of the study: budget, sampler, halving
  bool evolution = false;  // recorded_evolution, which varies the table's choices
  int seeds = 1;           // that it trains the best with; a table of two then cannot judge it
  bool measured = false;   // judged as studies are that name no estimator (measured_estimators.hpp)
  bool ours = false;       // what is compared, and not what it is compared with
};
std::span<const Strategy> strategies();

/// The study a strategy is, over the table's space; baselines are ReLU and GELU.
/// library: what it begins with, a path (warm_start); "": nothing.
StudyConfig study_of(const Strategy& strategy, const RecordedTable& table, std::uint64_t seed,
                     const std::string& library = "");

/// Describes activations under the table's own texts, each integrated once in the life of what is
/// returned; refers to the table. For one thread.
Describe describe_recorded(const RecordedTable& table);

/// Trials by number, baselines first, and by trial the time since the study began: with recorded
/// trainings what proposals, scores and the journal take.
struct ReplayedStudy {
  std::vector<Trial> trials{};
  std::vector<double> seconds{};
};

/// Where trainings come from, and when enough is found.
struct Trainings {
  EvaluatorFactory evaluators{};                       // none: the table gives them back
  std::function<bool(const ReplayedStudy&)> enough{};  // after a trial; none: to the end
  Spectrum spectrum{};                                 // for a config that wants it
};

/// Runs such a study with one worker; its journal lies in the folder. There is no confirmation.
ReplayedStudy replay_study(const Strategy& strategy, const RecordedTable& table,
                           const StudyConfig& config, const Describe& describe,
                           const std::string& folder, const Trainings& trainings = {});

/// After a trial: training steps so far, baselines included, and the candidate that the search
/// would name as its best, "" before there is one.
struct Milestone {
  std::int64_t steps = 0;
  std::string best{};  // name in the table
  double seconds = 0;  // ReplayedStudy's
};
std::vector<Milestone> milestones_of(const ReplayedStudy& study, const RecordedTable& table);

/// Steps until what a search would name is good: its re-tested loss is at most the target.
struct Reached {
  std::int64_t first = 0;
  int trials = 0;                    // candidates until the first
  double seconds = 0;                // Milestone's, until the first
  bool ever = false, stays = false;  // to the end; where never, the steps of the whole search
  std::vector<std::pair<std::int64_t, std::int64_t>> good{};  // from these steps to before those
};
Reached reach(std::span<const Milestone> milestones, const Again& again, double target);

/// Where good begins to the end of what follows.
inline constexpr std::int64_t kNoEnd = std::numeric_limits<std::int64_t>::max();

/// Of searches that are stopped after so many steps, how many name something good: what whoever
/// searches, and is not told when it is good, can hope for. One that ended before stays as it was.
int good_after(std::span<const Reached> searches, std::int64_t steps);

/// The k-th lowest re-tested loss among the table's space; infinite if there are fewer.
double kth_best(const RecordedTable& table, const Again& again, int k);

/// Median and the interval between two order statistics that holds it with at least 95 %
/// (binomial); from the least to the most where there are fewer than six.
struct MedianInterval {
  double low = 0, median = 0, high = 0;
};
MedianInterval median_interval(std::vector<double> values);

/// The same of the ratio of two medians, by 2,000 bootstrap samples with a fixed seed.
MedianInterval ratio_interval(std::span<const double> above, std::span<const double> below);

}  // namespace antigrad::search
