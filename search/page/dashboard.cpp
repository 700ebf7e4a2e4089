// Studies in optuna-dashboard's JSON.
#include "search/page/dashboard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

namespace antigrad::search::page {
namespace {

constexpr std::size_t kLongest = 1024;  // of an attribute that is no text

/// Where it is not finite: "nan", "inf", "-inf".
Json plain_number(double v) {
  if (std::isnan(v)) return "nan";
  if (std::isinf(v)) return v > 0 ? "inf" : "-inf";
  return v;
}

Json attributes(const Json& attrs) {
  Json out = Json::array();
  for (const auto& [key, value] : attrs.items()) {
    std::string text = value.is_string() ? value.get<std::string>() : to_text(value);
    if (!value.is_string() && text.size() > kLongest) text.resize(kLongest);
    out.push_back({{"key", key}, {"value", std::move(text)}});
  }
  return out;
}

/// As Python's str() and type() say it.
std::string python_text(const Json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  return value.is_string() ? value.get<std::string>() : to_text(value);
}
std::string python_type(const Json& value) {
  const char* name = value.is_null()             ? "NoneType"
                     : value.is_boolean()        ? "bool"
                     : value.is_number_integer() ? "int"
                     : value.is_number()         ? "float"
                                                 : "str";
  return fmt::format("<class '{}'>", name);
}

Json distribution_json(const Json& stored) {
  const std::string name = stored.value("name", "");
  const Json attrs = stored.value("attributes", Json::object());
  Json out{{"type", name}};
  if (name != "CategoricalDistribution") {
    for (const char* key : {"low", "high", "step", "log"}) out[key] = attrs.value(key, Json());
    return out;
  }
  out["choices"] = Json::array();
  for (const Json& choice : attrs.value("choices", Json::array()))
    out["choices"].push_back({{"pytype", python_type(choice)}, {"value", python_text(choice)}});
  return out;
}

/// What a program set, of its internal number.
Json external(const Json& distribution, double internal) {
  const std::string name = distribution.value("name", "");
  if (name == "IntDistribution") return static_cast<std::int64_t>(internal);
  if (name != "CategoricalDistribution") return internal;
  const Json choices =
      distribution.value("attributes", Json::object()).value("choices", Json::array());
  const auto at = static_cast<std::size_t>(internal);
  return internal >= 0 && at < choices.size() ? choices[at] : Json();
}

Json parameters(const StoredTrial& trial) {
  Json out = Json::array();
  for (const auto& [name, internal] : trial.params) {
    const auto found = trial.distributions.find(name);
    if (found == trial.distributions.end()) continue;
    const Json value = external(found->second, internal);
    out.push_back({{"name", name},
                   {"param_internal_value", internal},
                   {"param_external_value", python_text(value)},
                   {"param_external_pytyp", python_type(value)},
                   {"distribution", distribution_json(found->second)}});
  }
  return out;
}

Json note_json() { return {{"version", 0}, {"body", ""}}; }

Json trial_json(const StoredTrial& trial, int study) {
  std::string state = to_string(trial.state);
  state[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(state[0])));
  Json out{{"trial_id", trial.id},
           {"study_id", study},
           {"number", trial.number},
           {"state", state},
           {"params", parameters(trial)},
           {"fixed_params", Json::array()},
           {"user_attrs", attributes(trial.user_attrs)},
           {"note", note_json()},
           {"artifacts", Json::array()},
           {"constraints", trial.system_attrs.value("constraints", Json::array())},
           {"intermediate_values", Json::array()}};
  const Json fixed = trial.system_attrs.value("fixed_params", Json::object());
  for (const auto& [name, value] : fixed.items())
    out["fixed_params"].push_back({{"name", name}, {"param_external_value", python_text(value)}});
  for (const auto& [step, value] : trial.intermediate_values)
    out["intermediate_values"].push_back({{"step", step}, {"value", plain_number(value)}});
  if (!trial.values.empty()) {
    out["values"] = Json::array();
    for (const double v : trial.values) out["values"].push_back(plain_number(v));
  }
  if (!trial.datetime_start.empty()) out["datetime_start"] = trial.datetime_start;
  if (!trial.datetime_complete.empty()) out["datetime_complete"] = trial.datetime_complete;
  return out;
}

Json directions(const StoredStudy& study) {
  Json out = Json::array();
  for (const int d : study.directions) out.push_back(d == 2 ? "maximize" : "minimize");
  return out;
}

double signed_value(const StoredStudy& study, const StoredTrial& trial, std::size_t objective) {
  return study.directions[objective] == 2 ? -trial.values[objective] : trial.values[objective];
}

bool complete(const StoredStudy& study, const StoredTrial& trial) {
  return trial.state == TrialState::complete && trial.values.size() == study.directions.size();
}

bool dominates(const StoredStudy& study, const StoredTrial& a, const StoredTrial& b) {
  bool better = false;
  for (std::size_t k = 0; k < study.directions.size(); ++k) {
    const double x = signed_value(study, a, k);
    const double y = signed_value(study, b, k);
    if (!(x <= y)) return false;
    better = better || x < y;
  }
  return better;
}

/// The best of one objective; of several, the Pareto front.
std::vector<const StoredTrial*> best_trials(const StoredStudy& study) {
  std::vector<const StoredTrial*> out;
  for (const StoredTrial& trial : study.trials) {
    if (!complete(study, trial)) continue;
    if (std::any_of(out.begin(), out.end(),
                    [&](const StoredTrial* t) { return dominates(study, *t, trial); }))
      continue;
    std::erase_if(out, [&](const StoredTrial* t) { return dominates(study, trial, *t); });
    out.push_back(&trial);
  }
  if (study.directions.size() == 1 && out.size() > 1) out.erase(out.begin() + 1, out.end());
  return out;
}

struct Spaces {
  std::map<std::string, Json> all, common;  // distributions by parameter
};
Spaces spaces_of(const StoredStudy& study) {
  Spaces out;
  bool first = true;
  for (const StoredTrial& trial : study.trials) {
    for (const auto& [name, distribution] : trial.distributions) out.all[name] = distribution;
    if (trial.state != TrialState::complete) continue;
    if (first) out.common = trial.distributions;
    first = false;
    std::erase_if(out.common,
                  [&](const auto& item) { return trial.distributions.count(item.first) == 0; });
  }
  return out;
}

Json space_json(const std::map<std::string, Json>& space) {
  Json out = Json::array();
  for (const auto& [name, distribution] : space)
    out.push_back({{"name", name}, {"distribution", distribution_json(distribution)}});
  return out;
}

Json attribute_kinds(const StoredStudy& study) {
  std::map<std::string, bool> sortable;
  for (const StoredTrial& trial : study.trials) {
    for (const auto& [key, value] : trial.user_attrs.items()) {
      const auto [at, anew] = sortable.emplace(key, value.is_number());
      if (!anew) at->second = at->second && value.is_number();
    }
  }
  Json out = Json::array();
  for (const auto& [key, numbers] : sortable) out.push_back({{"key", key}, {"sortable", numbers}});
  return out;
}

}  // namespace

Json dashboard_meta() {
  return {{"artifact_is_available", false},
          {"llm_is_available", false},
          {"plotlypy_is_available", false},
          {"allow_unsafe", false}};
}

Json dashboard_summary(const StoredStudy& study, int id) {
  return {{"study_id", id},
          {"study_name", study.name},
          {"directions", directions(study)},
          {"user_attrs", attributes(study.user_attrs)},
          {"is_preferential", false}};
}

Json dashboard_study(const StoredStudy& study, int id, int after) {
  const Spaces spaces = spaces_of(study);
  Json out{{"name", study.name},
           {"directions", directions(study)},
           {"user_attrs", attributes(study.user_attrs)},
           {"artifacts", Json::array()},
           {"trials", Json::array()},
           {"best_trials", Json::array()},
           {"intersection_search_space", space_json(spaces.common)},
           {"union_search_space", space_json(spaces.all)},
           {"union_user_attrs", attribute_kinds(study)},
           {"has_intermediate_values",
            std::any_of(study.trials.begin(), study.trials.end(),
                        [](const StoredTrial& t) { return !t.intermediate_values.empty(); })},
           {"note", note_json()},
           {"is_preferential", false},
           {"feedback_component_type", {{"output_type", "note"}}},
           {"plotly_graph_objects", Json::array()}};
  for (std::size_t n = static_cast<std::size_t>(std::max(0, after)); n < study.trials.size(); ++n)
    out["trials"].push_back(trial_json(study.trials[n], id));
  for (const StoredTrial* trial : best_trials(study))
    out["best_trials"].push_back(trial_json(*trial, id));
  const Json names = study.system_attrs.value("study:metric_names", Json());
  if (names.is_array()) out["objective_names"] = names;
  return out;
}

}  // namespace antigrad::search::page
