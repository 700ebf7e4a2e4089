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

/// The same record by record, for one who follows a journal that grows.
class Replayer {
 public:
  /// What a record changed: a study by id, and a trial of it by number; -1 = none.
  struct Change {
    int study = -1, trial = -1;
  };
  /// Applies the next record. Throws as replay() does; the state is then as before it. What Optuna
  /// ignores changes nothing: records of studies and trials that do not exist, of finished trials,
  /// parameters of another distribution than before.
  Change apply(const Json& record);
  const Replay& state() const { return replay_; }
  /// The trial with this id; nullptr when there is none or its study is deleted.
  const StoredTrial* trial(int id) const;
  /// The id of the study that a trial belongs to, deleted or not; -1 when there is no such trial.
  int study_of(int trial_id) const;
  Replay take() && { return std::move(replay_); }

 private:
  Change create_study(const Json& record);
  Change create_trial(const Json& record);
  Change apply_to_study(int op, const Json& record);
  Change apply_to_trial(int op, const Json& record);
  Change dispatch(const Json& record);
  bool set_param(StoredTrial& trial, const Json& record);
  StoredStudy* study(int id);

  Replay replay_;
  std::vector<std::pair<int, int>> places_;  // trial id -> study id, number
  // What a study's later distributions of a parameter must agree with.
  std::map<std::pair<int, std::string>, Json> kinds_;
  int applied_ = 0;
};

/// Applies records in order. Throws space::Error naming the record for an operation Optuna does not
/// know or a field that is missing.
Replay replay(std::span<const Json> records);

}  // namespace antigrad::search
