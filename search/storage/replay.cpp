// Applies journal records as optuna.storages.journal does.
#include "search/storage/replay.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

enum Operation {
  kCreateStudy,
  kDeleteStudy,
  kStudyUserAttr,
  kStudySystemAttr,
  kCreateTrial,
  kTrialParam,
  kTrialState,
  kIntermediateValue,
  kTrialUserAttr,
  kTrialSystemAttr,
  kDiscardTrials,  // another implementation's; Optuna skips it
};

std::string text_or_empty(const Json& record, const char* key) {
  return record.contains(key) && record[key].is_string() ? record[key].get<std::string>() : "";
}

std::vector<double> values_of(const Json& record) {
  if (record.contains("values") && record["values"].is_array()) {
    std::vector<double> values;
    for (const Json& v : record["values"]) values.push_back(number(v));
    return values;
  }
  if (record.contains("value") && !record["value"].is_null()) return {number(record["value"])};
  return {};
}

// A distribution travels as a string of JSON.
Json distribution_of(const Json& value) {
  return value.is_string() ? parse_json(value.get<std::string>()) : value;
}

/// What two distributions of one parameter must have in common.
Json kind_of(const Json& distribution) {
  Json kind{{"name", distribution.value("name", distribution.value("type", ""))}};
  const Json& attributes =
      distribution.contains("attributes") ? distribution.at("attributes") : distribution;
  for (const char* key : {"log", "choices"}) {
    if (attributes.contains(key)) kind[key] = attributes.at(key);
  }
  return kind;
}

bool open(const StoredTrial& trial) {
  return trial.state == TrialState::running || trial.state == TrialState::waiting;
}

TrialState state_of(const Json& value) {
  const int state = value.get<int>();
  if (state < 0 || state > static_cast<int>(TrialState::waiting))
    throw space::Error(fmt::format("unknown state {}, expected 0 to 4", state));
  return static_cast<TrialState>(state);
}

// Everything a record says is read before anything is changed.
StoredTrial trial_from(const Json& record) {
  StoredTrial trial;
  trial.state = state_of(record.value("state", Json(0)));
  trial.values = values_of(record);
  trial.datetime_start = text_or_empty(record, "datetime_start");
  trial.datetime_complete = text_or_empty(record, "datetime_complete");
  trial.user_attrs = record.value("user_attrs", Json::object());
  trial.system_attrs = record.value("system_attrs", Json::object());
  const auto part = [&](const char* key) { return record.value(key, Json::object()); };
  const Json params = part("params");
  const Json distributions = part("distributions");
  const Json intermediate = part("intermediate_values");
  for (const auto& [name, value] : params.items()) trial.params[name] = number(value);
  for (const auto& [name, value] : distributions.items()) {
    trial.distributions[name] = distribution_of(value);
  }
  for (const auto& [step, value] : intermediate.items()) {
    trial.intermediate_values[std::stoi(step)] = number(value);
  }
  return trial;
}

void set_state(StoredTrial& trial, const Json& record) {
  const auto state = state_of(record.at("state"));
  if (state == trial.state && state == TrialState::running) return;
  const std::vector<double> values = values_of(record);
  trial.state = state;
  if (state == TrialState::running) {
    trial.datetime_start = text_or_empty(record, "datetime_start");
  } else if (state != TrialState::waiting) {
    trial.datetime_complete = text_or_empty(record, "datetime_complete");
  }
  if (!values.empty()) trial.values = values;
}

}  // namespace

StoredStudy* Replayer::study(int id) {
  const auto at = std::find_if(replay_.studies.begin(), replay_.studies.end(),
                               [&](const StoredStudy& s) { return s.id == id; });
  return at == replay_.studies.end() ? nullptr : &*at;
}

int Replayer::study_of(int trial_id) const {
  const bool known = trial_id >= 0 && trial_id < static_cast<int>(places_.size());
  return known ? places_[static_cast<std::size_t>(trial_id)].first : -1;
}

const StoredTrial* Replayer::trial(int id) const {
  const int owner = study_of(id);
  const auto at = std::find_if(replay_.studies.begin(), replay_.studies.end(),
                               [&](const StoredStudy& s) { return s.id == owner; });
  if (owner < 0 || at == replay_.studies.end()) return nullptr;
  const int number = places_[static_cast<std::size_t>(id)].second;
  return &at->trials[static_cast<std::size_t>(number)];
}

Replayer::Change Replayer::create_study(const Json& record) {
  StoredStudy study;
  study.name = record.at("study_name").get<std::string>();
  study.directions = record.at("directions").get<std::vector<int>>();
  if (replay_.find(study.name) != nullptr) return {};
  study.id = replay_.study_count++;
  replay_.studies.push_back(std::move(study));
  return {replay_.studies.back().id, -1};
}

Replayer::Change Replayer::create_trial(const Json& record) {
  StoredTrial trial = trial_from(record);
  StoredStudy* owner = study(record.at("study_id").get<int>());
  if (owner == nullptr) return {};
  trial.id = replay_.trial_count++;
  trial.number = static_cast<int>(owner->trials.size());
  places_.emplace_back(owner->id, trial.number);
  for (const auto& [name, distribution] : trial.distributions)
    kinds_.emplace(std::pair(owner->id, name), kind_of(distribution));
  owner->trials.push_back(std::move(trial));
  return {owner->id, owner->trials.back().number};
}

Replayer::Change Replayer::apply_to_study(int op, const Json& record) {
  StoredStudy* owner = study(record.at("study_id").get<int>());
  if (owner == nullptr) return {};
  const int id = owner->id;
  switch (op) {
    case kDeleteStudy:
      replay_.studies.erase(replay_.studies.begin() + (owner - replay_.studies.data()));
      break;
    case kStudyUserAttr: owner->user_attrs.update(record.at("user_attr")); break;
    default: owner->system_attrs.update(record.at("system_attr"));
  }
  return {id, -1};
}

// False when the parameter had another distribution before.
bool Replayer::set_param(StoredTrial& trial, const Json& record) {
  const std::string name = record.at("param_name").get<std::string>();
  const double value = number(record.at("param_value_internal"));
  Json distribution = distribution_of(record.at("distribution"));
  const Json kind = kind_of(distribution);
  const auto [first, is_new] = kinds_.emplace(std::pair(study_of(trial.id), name), kind);
  if (!is_new && first->second != kind) return false;
  trial.params[name] = value;
  trial.distributions[name] = std::move(distribution);
  return true;
}

Replayer::Change Replayer::apply_to_trial(int op, const Json& record) {
  const int id = record.at("trial_id").get<int>();
  const StoredTrial* const found = trial(id);
  if (found == nullptr || !open(*found)) return {};
  auto& trial = const_cast<StoredTrial&>(*found);
  switch (op) {
    case kTrialParam:
      if (!set_param(trial, record)) return {};
      break;
    case kTrialState: set_state(trial, record); break;
    case kIntermediateValue:
      trial.intermediate_values[record.at("step").get<int>()] =
          number(record.at("intermediate_value"));
      break;
    case kTrialUserAttr: trial.user_attrs.update(record.at("user_attr")); break;
    default: trial.system_attrs.update(record.at("system_attr"));
  }
  return {study_of(id), trial.number};
}

Replayer::Change Replayer::dispatch(const Json& record) {
  const int op = record.at("op_code").get<int>();
  if (op == kCreateStudy) return create_study(record);
  if (op == kCreateTrial) return create_trial(record);
  if (op >= kDeleteStudy && op <= kStudySystemAttr) return apply_to_study(op, record);
  if (op >= kTrialParam && op <= kTrialSystemAttr) return apply_to_trial(op, record);
  if (op != kDiscardTrials) throw space::Error(fmt::format("unknown op_code {}", op));
  return {};
}

Replayer::Change Replayer::apply(const Json& record) {
  const auto refuse = [&](const std::string& what) {
    throw space::Error(fmt::format("journal record {}: {} in {}", applied_ + 1, what,
                                   to_text(record).substr(0, 120)));
  };
  Change change;
  try {
    change = dispatch(record);
  } catch (const Json::exception& e) {
    refuse(e.what());
  } catch (const space::Error& e) {
    refuse(e.message());
  } catch (const std::logic_error& e) {  // a step that is no number
    refuse(e.what());
  }
  ++applied_;
  return change;
}

const char* to_string(TrialState state) {
  switch (state) {
    case TrialState::running: return "running";
    case TrialState::complete: return "complete";
    case TrialState::pruned: return "pruned";
    case TrialState::fail: return "fail";
    case TrialState::waiting: return "waiting";
  }
  return "unknown";
}

const StoredStudy* Replay::find(const std::string& name) const {
  const auto at = std::find_if(studies.begin(), studies.end(),
                               [&](const StoredStudy& s) { return s.name == name; });
  return at == studies.end() ? nullptr : &*at;
}

Replay replay(std::span<const Json> records) {
  Replayer replayer;
  for (const Json& record : records) replayer.apply(record);
  return std::move(replayer).take();
}

}  // namespace antigrad::search
