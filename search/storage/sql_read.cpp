// From rows to studies, and from studies to the records of a journal.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <map>

#include "search/storage/optuna_tables.hpp"
#include "search/storage/record_check.hpp"
#include "search/storage/sql_exchange.hpp"
#include "search/storage/sql_time.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::int64_t whole(const SqlValue& value) {
  if (const auto* const number = std::get_if<std::int64_t>(&value)) return *number;
  throw space::Error("a table of Optuna's holds no whole number where it must");
}

std::string text(const SqlValue& value) {
  const auto* const found = std::get_if<std::string>(&value);
  return found == nullptr ? "" : *found;
}

double number(const SqlValue& value) {
  if (const auto* const found = std::get_if<double>(&value)) return *found;
  if (const auto* const found = std::get_if<std::int64_t>(&value))
    return static_cast<double>(*found);
  return std::numeric_limits<double>::quiet_NaN();
}

double number_of_kind(const SqlValue& value, const std::string& kind) {
  if (kind == "INF_POS") return kInfinity;
  if (kind == "INF_NEG") return -kInfinity;
  return kind == "NAN" ? std::numeric_limits<double>::quiet_NaN() : number(value);
}

int direction_of(const std::string& name) {
  return name == "MINIMIZE" ? 1 : name == "MAXIMIZE" ? 2 : 0;
}

TrialState state_of(const std::string& name) {
  if (name == "RUNNING") return TrialState::running;
  if (name == "COMPLETE") return TrialState::complete;
  if (name == "PRUNED") return TrialState::pruned;
  if (name == "FAIL") return TrialState::fail;
  if (name == "WAITING") return TrialState::waiting;
  throw space::Error(fmt::format("unknown state \"{}\" of a trial", name));
}

std::string time_of(const SqlValue& value, bool utc) {
  const std::string found = text(value);
  return found.empty() ? "" : journal_time(found, utc);
}

/// The studies that are read, found by the database's numbers.
class Reader {
 public:
  Reader(SqlDatabase& database, const std::string& name) : database_(database) {
    if (!name.empty()) only_ = fmt::format(" WHERE study_name = {}", sql_literal(name));
    utc_ = has_utc_times(database);
  }

  std::vector<StoredStudy> read() && {
    read_studies();
    read_trials();
    read_attributes();
    read_numbers();
    return std::move(studies_);
  }

 private:
  /// The rows of a table that belong to the studies that are wanted.
  std::vector<SqlRow> of_studies(const char* columns, const char* table, const char* order) {
    return database_.rows(fmt::format("SELECT {} FROM {}{} ORDER BY {}", columns, table,
                                      only_.empty() ? ""
                                                    : " WHERE study_id IN (SELECT study_id FROM "
                                                      "studies" +
                                                          only_ + ")",
                                      order));
  }
  std::vector<SqlRow> of_trials(const char* columns, const char* table, const char* order) {
    return database_.rows(fmt::format(
        "SELECT {} FROM {}{} ORDER BY {}", columns, table,
        only_.empty() ? ""
                      : " WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id IN (SELECT "
                        "study_id FROM studies" +
                            only_ + "))",
        order));
  }

  StoredStudy* study(const SqlValue& id) {
    const auto at = study_at_.find(whole(id));
    return at == study_at_.end() ? nullptr : &studies_[at->second];
  }
  StoredTrial* trial(const SqlValue& id) {
    const auto at = trial_at_.find(whole(id));
    return at == trial_at_.end() ? nullptr : &studies_[at->second.first].trials[at->second.second];
  }

  void read_studies() {
    for (const SqlRow& row : database_.rows("SELECT study_id, study_name FROM studies" + only_ +
                                            " ORDER BY study_id")) {
      study_at_[whole(row[0])] = studies_.size();
      StoredStudy& study = studies_.emplace_back();
      study.id = static_cast<int>(studies_.size()) - 1;
      study.name = text(row[1]);
    }
    for (const SqlRow& row :
         of_studies("study_id, direction", "study_directions", "study_id, objective"))
      if (StoredStudy* const owner = study(row[0]))
        owner->directions.push_back(direction_of(text(row[1])));
  }

  void read_trials() {
    int id = 0;
    for (const SqlRow& row :
         of_studies("study_id, trial_id, number, state, datetime_start, datetime_complete",
                    "trials", "trial_id")) {
      StoredStudy* const owner = study(row[0]);
      if (owner == nullptr) continue;
      StoredTrial& trial = owner->trials.emplace_back();
      trial_at_[whole(row[1])] = {study_at_.at(whole(row[0])), owner->trials.size() - 1};
      trial.id = id++;
      trial.number = static_cast<int>(owner->trials.size()) - 1;
      if (row[2] != SqlValue(std::int64_t{trial.number}))
        throw space::Error(fmt::format(
            "the trials of \"{}\" are not numbered 0, 1, 2 and so on; a journal numbers so",
            owner->name));
      trial.state = state_of(text(row[3]));
      trial.datetime_start = time_of(row[4], utc_);
      trial.datetime_complete = time_of(row[5], utc_);
    }
  }

  void read_attributes() {
    for (const bool user : {true, false}) {
      const std::string kind = user ? "user" : "system";
      for (const SqlRow& row :
           of_studies("study_id, \"key\", value_json", ("study_" + kind + "_attributes").c_str(),
                      ("study_" + kind + "_attribute_id").c_str()))
        if (StoredStudy* const owner = study(row[0]))
          (user ? owner->user_attrs : owner->system_attrs)[text(row[1])] = parse_json(text(row[2]));
      for (const SqlRow& row :
           of_trials("trial_id, \"key\", value_json", ("trial_" + kind + "_attributes").c_str(),
                     ("trial_" + kind + "_attribute_id").c_str()))
        if (StoredTrial* const owner = trial(row[0]))
          (user ? owner->user_attrs : owner->system_attrs)[text(row[1])] = parse_json(text(row[2]));
    }
  }

  void read_numbers() {
    for (const SqlRow& row : of_trials("trial_id, param_name, param_value, distribution_json",
                                       "trial_params", "param_id")) {
      StoredTrial* const owner = trial(row[0]);
      if (owner == nullptr) continue;
      owner->params[text(row[1])] = number(row[2]);
      owner->distributions[text(row[1])] = parse_json(text(row[3]));
    }
    for (const SqlRow& row :
         of_trials("trial_id, value, value_type", "trial_values", "trial_id, objective"))
      if (StoredTrial* const owner = trial(row[0]))
        owner->values.push_back(number_of_kind(row[1], text(row[2])));
    for (const SqlRow& row :
         of_trials("trial_id, step, intermediate_value, intermediate_value_type",
                   "trial_intermediate_values", "trial_id, step"))
      if (StoredTrial* const owner = trial(row[0]))
        owner->intermediate_values[static_cast<int>(whole(row[1]))] =
            number_of_kind(row[2], text(row[3]));
  }

  SqlDatabase& database_;
  std::string only_;  // the condition on "studies"
  bool utc_ = true;
  std::vector<StoredStudy> studies_;
  std::map<std::int64_t, std::size_t> study_at_;
  std::map<std::int64_t, std::pair<std::size_t, std::size_t>> trial_at_;
};

Json record_of(const StoredTrial& trial, int study) {
  Json record{{"op_code", 4},
              {"study_id", study},
              {"state", static_cast<int>(trial.state)},
              {"datetime_start", nullptr},
              {"params", Json::object()},
              {"distributions", Json::object()},
              {"user_attrs", trial.user_attrs},
              {"system_attrs", trial.system_attrs},
              {"intermediate_values", Json::object()}};
  if (!trial.datetime_start.empty()) record["datetime_start"] = trial.datetime_start;
  if (!trial.datetime_complete.empty()) record["datetime_complete"] = trial.datetime_complete;
  if (!trial.values.empty()) record["values"] = trial.values;
  for (const auto& [name, value] : trial.params) record["params"][name] = value;
  for (const auto& [name, distribution] : trial.distributions)
    record["distributions"][name] = to_python_text(distribution);
  for (const auto& [step, value] : trial.intermediate_values)
    record["intermediate_values"][std::to_string(step)] = value;
  return record;
}

void check(const Json& record, const std::string& what) {
  Json whole = record;
  whole["worker_id"] = "antigrad";
  try {
    check_record(whole);
  } catch (const space::Error& e) {
    throw space::Error(fmt::format("{}: {}", what, e.message()));
  }
}

}  // namespace

std::vector<StoredStudy> read_studies(SqlDatabase& database, const std::string& name) {
  if (!has_optuna_tables(database)) throw space::Error("the database has no tables of Optuna's");
  std::vector<StoredStudy> studies = Reader(database, name).read();
  if (!studies.empty()) return studies;
  std::vector<std::string> known;
  for (const SqlRow& row : database.rows("SELECT study_name FROM studies"))
    known.push_back(text(row.at(0)));
  if (name.empty()) throw space::Error("the database has no study");
  throw space::Error(fmt::format("the database has no study \"{}\";{} it has {}", name,
                                 space::did_you_mean(name, known), fmt::join(known, ", ")));
}

std::vector<Json> records_of(std::span<const StoredStudy> studies, int first) {
  std::vector<Json> records;
  std::vector<std::pair<int, Json>> trials;  // by id: in the order they were made
  for (const StoredStudy& study : studies) {
    const int id = first + static_cast<int>(&study - studies.data());
    const std::size_t before = records.size();
    records.push_back(
        {{"op_code", 0}, {"study_name", study.name}, {"directions", study.directions}});
    for (const auto& [key, value] : study.user_attrs.items())
      records.push_back({{"op_code", 2}, {"study_id", id}, {"user_attr", {{key, value}}}});
    for (const auto& [key, value] : study.system_attrs.items())
      records.push_back({{"op_code", 3}, {"study_id", id}, {"system_attr", {{key, value}}}});
    for (std::size_t i = before; i < records.size(); ++i)
      check(records[i], fmt::format("study \"{}\"", study.name));
    for (const StoredTrial& trial : study.trials) {
      trials.emplace_back(trial.id, record_of(trial, id));
      check(trials.back().second, fmt::format("study \"{}\", trial {}", study.name, trial.number));
    }
  }
  std::sort(trials.begin(), trials.end(),
            [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [id, record] : trials) records.push_back(std::move(record));
  return records;
}

}  // namespace antigrad::search
