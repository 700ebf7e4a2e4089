// Bodies of requests as values; what is wrong in one is a Refusal 400 that names the field.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "search/service/store.hpp"

namespace antigrad::search {

struct NewStudy {
  std::string name;
  std::vector<int> directions;  // 1 minimise, 2 maximise
  Json settings;                // the keys of ServiceSettings that are given
};
NewStudy new_study_from(const Json& request);

/// The field "worker", "" when there is none.
std::string worker_from(const Json& request);

struct Report {
  int step = 0;
  double value = 0;
};
Report report_from(const Json& request);

struct Result {
  TrialState state = TrialState::complete;
  std::vector<double> values;                   // of a complete trial; a pruned one may have some
  Json user_attrs = Json::object();             // added to the trial's
  std::map<int, double> intermediate_values{};  // by step
};
/// objectives: how many values a complete trial has.
Result result_from(const Json& request, std::size_t objectives);

struct NewCandidates {
  std::vector<std::string> activations;
  std::string by;  // who proposes them, for people
};
NewCandidates new_candidates_from(const Json& request);

/// Parses a body; an empty one is {}.
Json body_json(const std::string& body);

/// Calls f; a space::Error becomes a Refusal 400.
void refuse_bad(const std::function<void()>& f);

}  // namespace antigrad::search
