// What a journal says: studies and trials as Optuna would see them after applying every record.
#pragma once
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "search/storage/json.hpp"

namespace antigrad::search {

/// Optuna's numbers.
enum class TrialState { running = 0, complete = 1, pruned = 2, fail = 3, waiting = 4 };
const char* to_string(TrialState state);

struct StoredTrial {
  int id = 0;      // position in the file
  int number = 0;  // position in its study
  TrialState state = TrialState::running;
  std::vector<double> values;            // one an objective; empty while there is none
  std::map<std::string, double> params;  // internal numbers
  std::map<std::string, Json> distributions;
  Json user_attrs = Json::object();
  Json system_attrs = Json::object();
  std::map<int, double> intermediate_values;      // by step (here: rung)
  std::string datetime_start, datetime_complete;  // "" when absent
};

struct StoredStudy {
  int id = 0;
  std::string name;
  std::vector<int> directions;  // 1 minimise, 2 maximise
  Json user_attrs = Json::object();
  Json system_attrs = Json::object();
  std::vector<StoredTrial> trials;  // by number
};

struct Replay {
  std::vector<StoredStudy> studies;                        // by id; deleted ones are gone
  int trial_count = 0;                                     // of the file: the next trial's id
  int study_count = 0;                                     // the next study's id
  const StoredStudy* find(const std::string& name) const;  // nullptr when absent
};

/// Applies records in order. Throws space::Error naming the record for an operation Optuna does not
/// know or a field that is missing.
Replay replay(std::span<const Json> records);

}  // namespace antigrad::search
