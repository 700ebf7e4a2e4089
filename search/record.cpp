// A trial <-> its journal record. Attributes named "resource:..." hold what differs from run to
// run.
#include "search/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "search/pruners/pruner.hpp"
#include "search/storage/journal.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

// Optuna draws by parameters: give it the size of the gradient. Distributions never change within a
// study.
void add_params(const Candidate& candidate, Json& record) {
  Json& params = record["params"] = Json::object();
  Json& distributions = record["distributions"] = Json::object();
  const auto add_count = [&](const char* name, int value) {
    constexpr int kHighest = 64;
    const Json attributes{{"log", false}, {"step", 1}, {"low", 0}, {"high", kHighest}};
    params[name] = std::min(value, kHighest);
    distributions[name] = to_text({{"name", "IntDistribution"}, {"attributes", attributes}});
  };
  add_count("pieces", candidate.pieces);
  add_count("terms", candidate.terms);
  add_count("trainable", candidate.parameters);
  params["kind"] = candidate.baseline ? 0 : 1;
  const Json choices{{"choices", {"baseline", "candidate"}}};
  distributions["kind"] = to_text({{"name", "CategoricalDistribution"}, {"attributes", choices}});
}

Json runs_to_json(const std::vector<Run>& runs) {
  Json json = Json::array();
  for (const Run& run : runs) {
    Json entry = to_json(run.measurement, false);
    entry["task"] = run.task;
    entry["index"] = run.index;
    entry["seed"] = run.seed;
    Json& losses = entry["losses"] = Json::array();
    for (const auto& [steps, loss] : run.losses) losses.push_back({steps, number_to_json(loss)});
    json.push_back(std::move(entry));
  }
  return json;
}

Json resources_to_json(const std::vector<Run>& runs) {
  Json json = Json::array();
  for (const Run& run : runs) {
    const trainer::Measurement& m = run.measurement;
    json.push_back({number_to_json(m.training_seconds), number_to_json(m.total_seconds),
                    number_to_json(m.peak_mebibytes)});
  }
  return json;
}

Json attributes(const Trial& trial) {
  const Candidate& c = trial.candidate;
  Json attrs{{"activation", c.activation},
             {"f", c.f},
             {"fingerprint", c.fingerprint},
             {"kind", c.baseline ? "baseline" : "candidate"},
             {"parents", c.parents},
             {"operation", c.operation},
             {"outcome", to_string(trial.outcome)},
             {"steps", trial.steps},
             {"runs", runs_to_json(trial.runs)},
             {"resource:runs", resources_to_json(trial.runs)},
             {"resource:training_seconds", number_to_json(trial.training_seconds)},
             {"resource:total_seconds", number_to_json(trial.total_seconds)}};
  if (!c.name.empty()) attrs["name"] = c.name;
  if (!c.title.empty()) attrs["title"] = c.title;
  if (!trial.reason.empty()) attrs["reason"] = trial.reason;
  for (const auto& [property, refusal] : c.refused)
    attrs["refused"][property] = {
        {"count", refusal.count}, {"activation", refusal.activation}, {"reason", refusal.reason}};
  if (trial.search_trial >= 0) attrs["search_trial"] = trial.search_trial;
  if (!trial.pruned_because.empty()) attrs["pruned_because"] = trial.pruned_because;
  return attrs;
}

Run run_from_json(const Json& json) {
  Run run{json.at("task").get<std::string>(),
          json.at("index").get<int>(),
          json.at("seed").get<std::uint64_t>(),
          measurement_from_json(json),
          {}};
  for (const Json& loss : json.at("losses")) run.losses[loss.at(0).get<int>()] = number(loss.at(1));
  return run;
}

void read_resources(const Json& attrs, Trial& trial) {
  if (attrs.contains("resource:training_seconds")) {
    trial.training_seconds = number(attrs.at("resource:training_seconds"));
    trial.total_seconds = number(attrs.at("resource:total_seconds"));
  }
  const Json rows = attrs.value("resource:runs", Json::array());
  for (std::size_t i = 0; i < std::min<std::size_t>(rows.size(), trial.runs.size()); ++i) {
    trainer::Measurement& m = trial.runs[i].measurement;
    m.training_seconds = number(rows[i].at(0));
    m.total_seconds = number(rows[i].at(1));
    m.peak_mebibytes = number(rows[i].at(2));
  }
}

Json values_of(const Trial& trial) {
  Json values = Json::array();
  if (trial.objectives.empty()) values.push_back(trial.score());
  for (const double value : trial.objectives) values.push_back(number_to_json(value));
  return values;
}

Candidate candidate_from(const StoredTrial& stored) {
  const Json& attrs = stored.user_attrs;
  const auto count = [&](const char* name) {
    const auto at = stored.params.find(name);
    return at == stored.params.end() ? 0 : static_cast<int>(at->second);
  };
  Candidate c;
  c.name = attrs.value("name", "");
  c.title = attrs.value("title", "");
  c.activation = attrs.at("activation").get<std::string>();
  c.f = attrs.at("f").get<std::string>();
  c.fingerprint = attrs.at("fingerprint").get<std::string>();
  c.baseline = attrs.at("kind") == "baseline";
  c.parents = attrs.at("parents").get<std::vector<int>>();
  c.operation = attrs.at("operation").get<std::string>();
  c.pieces = count("pieces");
  c.terms = count("terms");
  c.parameters = count("trainable");
  return c;
}

}  // namespace

double Trial::score() const {
  return scores.empty() ? std::numeric_limits<double>::quiet_NaN() : scores.back();
}

std::string Trial::folder() const {
  return fmt::format("{}{}", search_trial >= 0 ? "confirm-" : "", number);
}

const Run* Trial::run(const std::string& task, int index) const {
  const auto at = std::find_if(runs.begin(), runs.end(),
                               [&](const Run& r) { return r.task == task && r.index == index; });
  return at == runs.end() ? nullptr : &*at;
}

Json to_record(const Trial& trial, int study_id) {
  Json record{{"op_code", 4},
              {"study_id", study_id},
              {"state", static_cast<int>(trial.state)},
              {"datetime_start", trial.started},
              {"user_attrs", attributes(trial)},
              {"system_attrs", Json::object()}};
  add_params(trial.candidate, record);
  for (std::size_t rung = 0; rung < trial.completed_rungs.size(); ++rung)
    record["system_attrs"][fmt::format("completed_rung_{}", rung)] = trial.completed_rungs[rung];
  Json& intermediate = record["intermediate_values"] = Json::object();
  for (std::size_t rung = 0; rung < trial.scores.size(); ++rung) {
    intermediate[std::to_string(rung)] = trial.scores[rung];
  }
  if (trial.finished()) {
    record["datetime_complete"] = trial.completed;
    if (trial.state != TrialState::fail) record["values"] = values_of(trial);
  }
  return record;
}

std::vector<Json> finish_records(const Trial& trial, const StoredTrial& stored) {
  if (stored.state != TrialState::running) return {};
  std::vector<Json> records;
  for (std::size_t rung = 0; rung < trial.scores.size(); ++rung) {
    if (stored.intermediate_values.count(static_cast<int>(rung)) > 0) continue;
    records.push_back({{"op_code", 7},
                       {"trial_id", stored.id},
                       {"step", rung},
                       {"intermediate_value", trial.scores[rung]}});
  }
  const bool scored = trial.state != TrialState::fail;
  records.push_back({{"op_code", 6},
                     {"trial_id", stored.id},
                     {"state", static_cast<int>(trial.state)},
                     {"values", scored ? values_of(trial) : Json()},
                     {"datetime_complete", trial.completed}});
  return records;
}

Trial from_stored(const StoredTrial& stored) {
  try {
    Trial trial;
    trial.number = stored.number;
    trial.state = stored.state;
    trial.candidate = candidate_from(stored);
    if (stored.values.size() > 1) trial.objectives = stored.values;
    for (const auto& [rung, score] : stored.intermediate_values) trial.scores.push_back(score);
    const Json& attrs = stored.user_attrs;
    for (const Json& run : attrs.at("runs")) trial.runs.push_back(run_from_json(run));
    trial.outcome = outcome_from(attrs.at("outcome").get<std::string>());
    const Json refused = attrs.value("refused", Json::object());
    for (const auto& [property, refusal] : refused.items())
      trial.candidate.refused[property] = {refusal.at("count").get<int>(),
                                           refusal.at("activation").get<std::string>(),
                                           refusal.at("reason").get<std::string>()};
    trial.reason = attrs.value("reason", "");
    trial.steps = attrs.at("steps").get<std::int64_t>();
    trial.search_trial = attrs.value("search_trial", -1);
    trial.pruned_because = attrs.value("pruned_because", "");
    trial.completed_rungs = reports_of(stored).rungs;
    read_resources(attrs, trial);
    trial.started = stored.datetime_start;
    trial.completed = stored.datetime_complete;
    return trial;
  } catch (const Json::exception& e) {
    throw space::Error(
        fmt::format("trial {} was not written by antigrad: {}", stored.number, e.what()));
  }
}

}  // namespace antigrad::search
