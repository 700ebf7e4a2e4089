// From replayed studies to rows, table by table.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "search/storage/optuna_tables.hpp"
#include "search/storage/sql_exchange.hpp"
#include "search/storage/sql_time.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

const char* direction_name(int direction) {
  return direction == 1 ? "MINIMIZE" : direction == 2 ? "MAXIMIZE" : "NOT_SET";
}

const char* state_name(TrialState state) {
  switch (state) {
    case TrialState::running: return "RUNNING";
    case TrialState::complete: return "COMPLETE";
    case TrialState::pruned: return "PRUNED";
    case TrialState::fail: return "FAIL";
    case TrialState::waiting: return "WAITING";
  }
  return "";
}

// A number and its kind: what is not finite is NULL and a word.
std::pair<SqlValue, std::string> number_and_kind(double value) {
  if (std::isnan(value)) return {SqlValue{}, "NAN"};
  if (std::isinf(value)) return {SqlValue{}, value > 0 ? "INF_POS" : "INF_NEG"};
  return {value, "FINITE"};
}

SqlValue time_or_null(const std::string& iso) {
  return iso.empty() ? SqlValue{} : SqlValue(sql_time(iso));
}

/// The rows of all tables, filled trial by trial.
struct Rows {
  std::vector<SqlRow> studies, directions, study_user, study_system;
  std::vector<SqlRow> trials, user, system, params, values, reports;

  void add(const StoredStudy& study, std::int64_t id) {
    studies.push_back({id, study.name});
    for (std::size_t i = 0; i < study.directions.size(); ++i)
      directions.push_back({direction_name(study.directions[i]), id, static_cast<std::int64_t>(i)});
    attributes(study_user, id, study.user_attrs);
    attributes(study_system, id, study.system_attrs);
  }

  void add(const StoredTrial& trial, std::int64_t study, std::int64_t id) {
    trials.push_back({id, std::int64_t{trial.number}, study, state_name(trial.state),
                      time_or_null(trial.datetime_start), time_or_null(trial.datetime_complete)});
    attributes(user, id, trial.user_attrs);
    attributes(system, id, trial.system_attrs);
    for (const auto& [name, value] : trial.params) {
      const auto at = trial.distributions.find(name);
      if (std::isnan(value) || at == trial.distributions.end())
        throw space::Error(
            fmt::format("parameter \"{}\" has no value that a table can hold", name));
      params.push_back({id, name, value, to_python_text(at->second)});
    }
    for (std::size_t i = 0; i < trial.values.size(); ++i) {
      if (std::isnan(trial.values[i]))
        throw space::Error("a value is NaN, which Optuna's tables cannot hold");
      auto [number, kind] = number_and_kind(trial.values[i]);
      values.push_back({id, static_cast<std::int64_t>(i), std::move(number), std::move(kind)});
    }
    for (const auto& [step, value] : trial.intermediate_values) {
      auto [number, kind] = number_and_kind(value);
      reports.push_back({id, std::int64_t{step}, std::move(number), std::move(kind)});
    }
  }

 private:
  static void attributes(std::vector<SqlRow>& rows, std::int64_t owner, const Json& attrs) {
    for (const auto& [key, value] : attrs.items())
      rows.push_back({owner, key, to_python_text(value)});
  }
};

void insert(SqlDatabase& database, const Rows& rows) {
  database.insert("studies", "study_id, study_name", rows.studies);
  database.insert("study_directions", "direction, study_id, objective", rows.directions);
  database.insert("study_user_attributes", "study_id, \"key\", value_json", rows.study_user);
  database.insert("study_system_attributes", "study_id, \"key\", value_json", rows.study_system);
  database.insert("trials", "trial_id, number, study_id, state, datetime_start, datetime_complete",
                  rows.trials);
  database.insert("trial_user_attributes", "trial_id, \"key\", value_json", rows.user);
  database.insert("trial_system_attributes", "trial_id, \"key\", value_json", rows.system);
  database.insert("trial_params", "trial_id, param_name, param_value, distribution_json",
                  rows.params);
  database.insert("trial_values", "trial_id, objective, value, value_type", rows.values);
  database.insert("trial_intermediate_values",
                  "trial_id, step, intermediate_value, intermediate_value_type", rows.reports);
}

void make_room(SqlDatabase& database, std::span<const StoredStudy> studies, bool replace) {
  std::map<std::string, std::int64_t> there;
  for (const SqlRow& row : database.rows("SELECT study_name, study_id FROM studies"))
    there.emplace(std::get<std::string>(row.at(0)), std::get<std::int64_t>(row.at(1)));
  for (const StoredStudy& study : studies) {
    const auto at = there.find(study.name);
    if (at == there.end()) continue;
    if (!replace)
      throw space::Error(
          fmt::format("the database has a study \"{}\" already; --overwrite replaces it, or name "
                      "another database",
                      study.name));
    delete_study_rows(database, at->second);
  }
}

using Owned = std::pair<const StoredTrial*, std::size_t>;  // and the index of its study

// All trials in the order in which the journal has them.
std::vector<Owned> in_order(std::span<const StoredStudy> studies) {
  std::vector<Owned> trials;
  for (std::size_t i = 0; i < studies.size(); ++i)
    for (const StoredTrial& trial : studies[i].trials) trials.emplace_back(&trial, i);
  std::sort(trials.begin(), trials.end(),
            [](const Owned& a, const Owned& b) { return a.first->id < b.first->id; });
  return trials;
}

Rows rows_of(std::span<const StoredStudy> studies, std::span<const Owned> trials,
             const std::vector<std::int64_t>& study_ids,
             const std::vector<std::int64_t>& trial_ids) {
  Rows rows;
  for (std::size_t i = 0; i < studies.size(); ++i) rows.add(studies[i], study_ids[i]);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    const auto& [trial, owner] = trials[i];
    try {
      rows.add(*trial, study_ids[owner], trial_ids[i]);
    } catch (const space::Error& e) {
      throw space::Error(fmt::format("study \"{}\", trial {}: {}", studies[owner].name,
                                     trial->number, e.message()));
    }
  }
  return rows;
}

}  // namespace

void write_studies(SqlDatabase& database, std::span<const StoredStudy> studies, bool replace) {
  const std::vector<Owned> trials = in_order(studies);
  const std::vector<std::int64_t> none(std::max(studies.size(), trials.size()));
  rows_of(studies, trials, none, none);  // what is refused is so before numbers are drawn, which
                                         // PostgreSQL does not take back
  make_optuna_tables(database);
  make_room(database, studies, replace);
  insert(database,
         rows_of(studies, trials, new_ids(database, "studies", "study_id", studies.size()),
                 new_ids(database, "trials", "trial_id", trials.size())));
}

}  // namespace antigrad::search
