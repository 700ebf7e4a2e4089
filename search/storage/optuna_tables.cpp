// The schema as one text for both databases: {id}, {float}, {time} and the names of states stand
// for what differs.
#include "search/storage/optuna_tables.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr const char* kTypes = R"sql(
CREATE TYPE studydirection AS ENUM ('NOT_SET', 'MINIMIZE', 'MAXIMIZE');
CREATE TYPE trialstate AS ENUM ('RUNNING', 'COMPLETE', 'PRUNED', 'FAIL', 'WAITING');
CREATE TYPE trialvaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG');
CREATE TYPE trialintermediatevaluetype AS ENUM ('FINITE', 'INF_POS', 'INF_NEG', 'NAN');
)sql";

constexpr const char* kTables = R"sql(
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
CREATE TABLE studies (study_id {id} NOT NULL, study_name VARCHAR(512) NOT NULL, PRIMARY KEY (study_id));
CREATE UNIQUE INDEX ix_studies_study_name ON studies (study_name);
CREATE TABLE study_directions (study_direction_id {id} NOT NULL, direction {direction} NOT NULL, study_id INTEGER NOT NULL, objective INTEGER NOT NULL,
  PRIMARY KEY (study_direction_id), UNIQUE (study_id, objective), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE study_user_attributes (study_user_attribute_id {id} NOT NULL, study_id INTEGER, "key" VARCHAR(512), value_json TEXT,
  PRIMARY KEY (study_user_attribute_id), UNIQUE (study_id, "key"), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE study_system_attributes (study_system_attribute_id {id} NOT NULL, study_id INTEGER, "key" VARCHAR(512), value_json TEXT,
  PRIMARY KEY (study_system_attribute_id), UNIQUE (study_id, "key"), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE TABLE trials (trial_id {id} NOT NULL, number INTEGER, study_id INTEGER, state {state} NOT NULL, datetime_start {time}, datetime_complete {time},
  PRIMARY KEY (trial_id), FOREIGN KEY(study_id) REFERENCES studies (study_id));
CREATE INDEX ix_trials_study_id ON trials (study_id);
CREATE TABLE trial_user_attributes (trial_user_attribute_id {id} NOT NULL, trial_id INTEGER, "key" VARCHAR(512), value_json TEXT,
  PRIMARY KEY (trial_user_attribute_id), UNIQUE (trial_id, "key"), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_system_attributes (trial_system_attribute_id {id} NOT NULL, trial_id INTEGER, "key" VARCHAR(512), value_json TEXT,
  PRIMARY KEY (trial_system_attribute_id), UNIQUE (trial_id, "key"), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_params (param_id {id} NOT NULL, trial_id INTEGER, param_name VARCHAR(512), param_value {float}, distribution_json TEXT,
  PRIMARY KEY (param_id), UNIQUE (trial_id, param_name), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_values (trial_value_id {id} NOT NULL, trial_id INTEGER NOT NULL, objective INTEGER NOT NULL, value {float}, value_type {value} NOT NULL,
  PRIMARY KEY (trial_value_id), UNIQUE (trial_id, objective), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_intermediate_values (trial_intermediate_value_id {id} NOT NULL, trial_id INTEGER NOT NULL, step INTEGER NOT NULL,
  intermediate_value {float}, intermediate_value_type {intermediate} NOT NULL,
  PRIMARY KEY (trial_intermediate_value_id), UNIQUE (trial_id, step), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE trial_heartbeats (trial_heartbeat_id {id} NOT NULL, trial_id INTEGER NOT NULL, heartbeat {time} NOT NULL,
  PRIMARY KEY (trial_heartbeat_id), UNIQUE (trial_id), FOREIGN KEY(trial_id) REFERENCES trials (trial_id));
CREATE TABLE version_info (version_info_id INTEGER NOT NULL, schema_version INTEGER, library_version VARCHAR(256),
  PRIMARY KEY (version_info_id), CHECK (version_info_id=1));
INSERT INTO alembic_version VALUES ('{revision}');
INSERT INTO version_info VALUES (1, 12, '5.0.0');
)sql";

std::string tables_for(SqlDialect dialect) {
  using fmt::arg;
  const bool sqlite = dialect == SqlDialect::sqlite;
  const auto pick = [&](const char* in_sqlite, const char* in_postgresql) {
    return sqlite ? in_sqlite : in_postgresql;
  };
  return (sqlite ? "" : kTypes) +
         fmt::format(fmt::runtime(kTables), arg("id", pick("INTEGER", "SERIAL")),
                     arg("float", pick("FLOAT", "DOUBLE PRECISION")),
                     arg("time", pick("DATETIME", "TIMESTAMP WITHOUT TIME ZONE")),
                     arg("direction", pick("VARCHAR(8)", "studydirection")),
                     arg("state", pick("VARCHAR(8)", "trialstate")),
                     arg("value", pick("VARCHAR(7)", "trialvaluetype")),
                     arg("intermediate", pick("VARCHAR(7)", "trialintermediatevaluetype")),
                     arg("revision", kOptunaRevision));
}

bool has_table(SqlDatabase& database, const std::string& name) {
  const std::string query =
      database.dialect() == SqlDialect::sqlite
          ? fmt::format("SELECT name FROM sqlite_master WHERE type = 'table' AND name = {}",
                        sql_literal(name))
          : fmt::format("SELECT 1 WHERE to_regclass({}) IS NOT NULL", sql_literal(name));
  return !database.rows(query).empty();
}

std::string first_text(const std::vector<SqlRow>& rows) {
  const auto* const text = rows.empty() ? nullptr : std::get_if<std::string>(&rows[0][0]);
  return text == nullptr ? "" : *text;
}

}  // namespace

bool has_optuna_tables(SqlDatabase& database) {
  if (!has_table(database, "studies") && !has_table(database, "alembic_version")) return false;
  const std::string found =
      has_table(database, "alembic_version")
          ? first_text(database.rows("SELECT version_num FROM alembic_version"))
          : "";
  if (found != kOptunaRevision)
    throw space::Error(fmt::format(
        "the tables are of version \"{}\", expected Optuna's \"{}\"; `optuna storage upgrade "
        "--storage URL` brings older ones up to it",
        found, kOptunaRevision));
  return true;
}

void make_optuna_tables(SqlDatabase& database) {
  if (!has_optuna_tables(database)) database.run(tables_for(database.dialect()));
}

bool has_utc_times(SqlDatabase& database) {
  const std::string version = first_text(database.rows("SELECT library_version FROM version_info"));
  return std::atoi(version.c_str()) >= 5;
}

std::vector<std::int64_t> new_ids(SqlDatabase& database, const std::string& table,
                                  const std::string& column, std::size_t n) {
  std::vector<std::int64_t> ids;
  if (n == 0) return ids;
  if (database.dialect() == SqlDialect::sqlite) {  // nobody else writes meanwhile
    const auto rows =
        database.rows(fmt::format("SELECT coalesce(max({}), 0) FROM {}", column, table));
    for (std::size_t i = 1; i <= n; ++i)
      ids.push_back(std::get<std::int64_t>(rows.at(0).at(0)) + static_cast<std::int64_t>(i));
    return ids;
  }
  const auto rows = database.rows(
      fmt::format("SELECT nextval(pg_get_serial_sequence('{}', '{}')) FROM generate_series(1, {})",
                  table, column, n));
  for (const SqlRow& row : rows) ids.push_back(std::get<std::int64_t>(row.at(0)));
  return ids;
}

void delete_study_rows(SqlDatabase& database, std::int64_t study_id) {
  for (const char* table : {"trial_user_attributes", "trial_system_attributes", "trial_params",
                            "trial_values", "trial_intermediate_values", "trial_heartbeats"})
    database.run(fmt::format(
        "DELETE FROM {} WHERE trial_id IN (SELECT trial_id FROM trials WHERE study_id = {})", table,
        study_id));
  for (const char* table : {"trials", "study_directions", "study_user_attributes",
                            "study_system_attributes", "studies"})
    database.run(fmt::format("DELETE FROM {} WHERE study_id = {}", table, study_id));
}

}  // namespace antigrad::search
