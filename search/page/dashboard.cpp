// Studies in optuna-dashboard's JSON.
#include "search/page/dashboard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "search/page/spaces.hpp"
#include "search/samplers/distribution.hpp"
#include "search/samplers/python_text.hpp"

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
    const bool simple = value.is_string() || value.is_number() || value.is_boolean();
    std::string text = simple ? python_str(value) : python_json(value);
    if (!simple && text.size() > kLongest) text.resize(kLongest);
    out.push_back({{"key", key}, {"value", std::move(text)}});
  }
  return out;
}

/// As Python's type() says it.
std::string python_type(const Json& value) {
  const char* name = value.is_null()             ? "NoneType"
                     : value.is_boolean()        ? "bool"
                     : value.is_number_integer() ? "int"
                     : value.is_number()         ? "float"
                                                 : "str";
  return fmt::format("<class '{}'>", name);
}

Json distribution_json(const Distribution& distribution) {
  if (const auto* const d = std::get_if<FloatDistribution>(&distribution))
    return {{"type", "FloatDistribution"},
            {"low", d->low},
            {"high", d->high},
            {"step", d->step ? Json(*d->step) : Json()},
            {"log", d->log}};
  if (const auto* const d = std::get_if<IntDistribution>(&distribution))
    return {{"type", "IntDistribution"},
            {"low", d->low},
            {"high", d->high},
            {"step", d->step},
            {"log", d->log}};
  Json out{{"type", "CategoricalDistribution"}, {"choices", Json::array()}};
  for (const Json& choice : std::get<CategoricalDistribution>(distribution).choices)
    out["choices"].push_back({{"pytype", python_type(choice)}, {"value", python_str(choice)}});
  return out;
}

Json parameters(const StoredTrial& trial) {
  Json out = Json::array();
  for (const auto& [name, internal] : trial.params) {
    const auto found = trial.distributions.find(name);
    if (found == trial.distributions.end()) continue;
    const Distribution distribution = distribution_from_json(found->second);
    const Json value = external(distribution, internal);
    out.push_back({{"name", name},
                   {"param_internal_value", internal},
                   {"param_external_value", python_str(value)},
                   {"param_external_pytyp", python_type(value)},
                   {"distribution", distribution_json(distribution)}});
  }
  return out;
}

/// What people wrote in the dashboard: "" = about the study, "5:" = about the trial with that id.
Json note_json(const StoredStudy& study, const std::string& about) {
  const Json& attrs = study.system_attrs;
  const Json version = attrs.value("dashboard:" + about + "note_ver", Json());
  if (!version.is_number_integer()) return {{"version", 0}, {"body", ""}};
  std::string body;
  for (int part = 0;; ++part) {
    const auto at = attrs.find(fmt::format("dashboard:{}note_str:{}", about, part));
    if (at == attrs.end() || !at->is_string()) break;
    body += at->get<std::string>();
  }
  return {{"version", version}, {"body", body}};
}

Json trial_json(const StoredStudy& study, const StoredTrial& trial, int study_id) {
  std::string state = to_string(trial.state);
  state[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(state[0])));
  Json out{{"trial_id", trial.id},
           {"study_id", study_id},
           {"number", trial.number},
           {"state", state},
           {"params", parameters(trial)},
           {"fixed_params", Json::array()},
           {"user_attrs", attributes(trial.user_attrs)},
           {"note", note_json(study, std::to_string(trial.id) + ":")},
           {"artifacts", Json::array()},
           {"constraints", trial.system_attrs.value("constraints", Json::array())},
           {"intermediate_values", Json::array()}};
  const Json fixed = trial.system_attrs.value("fixed_params", Json::object());
  for (const auto& [name, value] : fixed.items())
    out["fixed_params"].push_back({{"name", name}, {"param_external_value", python_str(value)}});
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

Json space_json(const Space& space) {
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
           {"has_intermediate_values", std::any_of(study.trials.begin(), study.trials.end(),
                                                   [](const StoredTrial& t) {
                                                     return t.state != TrialState::fail &&
                                                            !t.intermediate_values.empty();
                                                   })},
           {"note", note_json(study, "")},
           {"is_preferential", false},
           {"feedback_component_type", {{"output_type", "note"}}},
           {"plotly_graph_objects", Json::array()}};
  for (std::size_t n = static_cast<std::size_t>(std::max(0, after)); n < study.trials.size(); ++n)
    out["trials"].push_back(trial_json(study, study.trials[n], id));
  for (const StoredTrial* trial : best_trials(study))
    out["best_trials"].push_back(trial_json(study, *trial, id));
  const Json names = study.system_attrs.value("study:metric_names", Json());
  if (names.is_array()) out["objective_names"] = names;
  return out;
}

}  // namespace antigrad::search::page
