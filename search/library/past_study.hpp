// What a study leaves for later ones: its tasks and what it measured. A library is a folder of
// such studies, or one file with several.
//
// Text, version 1, lines of JSON: a head {"antigrad_library": 1, "study", "seed", "tasks",
// "estimators" where there are any}, one
// line a trial, and a foot {"trials", "hash"} of all bytes before it, by which torn and changed
// files are known. $ANTIGRAD_LIBRARY names the folder, else it is ~/.local/share/antigrad/library;
// "off": nothing is kept.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "search/record.hpp"
#include "search/study.hpp"

namespace antigrad::search {

/// A task as its keys say, "model.type" -> "resnet"; of paths the last word alone.
using TaskFacts = std::map<std::string, std::string>;

struct PastTrial {
  std::string activation;
  bool baseline = false, failed = false;
  std::vector<double> scores{};  // by rung, in units of the study's baselines
  std::int64_t steps = 0;
  bool operator==(const PastTrial&) const = default;
};

struct PastStudy {
  std::string name;
  std::uint64_t seed = 0;
  std::vector<TaskFacts> tasks{};
  std::vector<PastTrial> trials{};
  // By task, what judges its runs best; none: nothing could be learned.
  std::vector<std::vector<LearnedEstimator>> estimators{};
  bool operator==(const PastStudy&) const = default;

  /// Of its text: equal for equal studies, on every machine.
  std::string hash() const;
};

/// What a library keeps of an estimator, and back. Throws Json::exception for what is none, and
/// space::Error for an estimator that is not known here.
Json to_json(const LearnedEstimator& learned);
LearnedEstimator estimator_of(const Json& json);

/// "normalise" is "true" where the study says it of all its tasks, too.
std::vector<TaskFacts> facts_of_tasks(const StudyConfig& config);
/// Whether the task's activations are normalised.
bool says_normalised(const TaskFacts& facts);

/// Of a study's search. Its confirmation counts for the estimators alone, as more seeds.
PastStudy past_study(const StudyConfig& config, const std::vector<Trial>& trials,
                     const std::vector<Trial>& confirmation = {});

std::string to_text(const PastStudy& study);
/// Several, one after the other. Throws space::Error naming file and line for what is torn, was
/// changed, or is of another version.
std::vector<PastStudy> read_past(std::string_view text, const std::string& file);

/// 0 .. 1: over all keys that either has, the share of equal ones; numbers count by their ratio.
double likeness(const TaskFacts& a, const TaskFacts& b);
/// Of the task of `past` that is most like it, mean over own.
double likeness(const std::vector<TaskFacts>& own, const std::vector<TaskFacts>& past);

}  // namespace antigrad::search
