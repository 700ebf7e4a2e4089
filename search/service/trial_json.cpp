// From a replayed journal to JSON.
#include "search/service/trial_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "search/samplers/distribution.hpp"
#include "search/service/settings.hpp"

namespace antigrad::search {
namespace {

Json numbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (const double value : values) list.push_back(number_to_json(value));
  return list;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

Json trial_json(const StoredStudy& study, const StoredTrial& trial) {
  Json params = Json::object(), distributions = Json::object(), reports = Json::object();
  for (const auto& [name, value] : trial.params) {
    const auto at = trial.distributions.find(name);
    params[name] = at == trial.distributions.end()
                       ? number_to_json(value)
                       : external(distribution_from_json(at->second), value);
  }
  for (const auto& [name, distribution] : trial.distributions) distributions[name] = distribution;
  for (const auto& [step, value] : trial.intermediate_values)
    reports[std::to_string(step)] = number_to_json(value);
  return {{"study", study.name},
          {"number", trial.number},
          {"id", trial.id},
          {"state", to_string(trial.state)},
          {"values", numbers(trial.values)},
          {"params", params},
          {"distributions", distributions},
          {"user_attrs", trial.user_attrs},
          {"system_attrs", trial.system_attrs},
          {"intermediate_values", reports},
          {"datetime_start", text_or_null(trial.datetime_start)},
          {"datetime_complete", text_or_null(trial.datetime_complete)}};
}

const StoredTrial* best_trial(const StoredStudy& study) {
  const bool maximise = !study.directions.empty() && study.directions[0] == 2;
  const StoredTrial* best = nullptr;
  for (const StoredTrial& trial : study.trials) {
    if (trial.state != TrialState::complete || trial.values.empty() || std::isnan(trial.values[0]))
      continue;
    const double value = trial.values[0];
    if (best == nullptr || (maximise ? value > best->values[0] : value < best->values[0]))
      best = &trial;
  }
  return best;
}

Json study_json(const StoredStudy& study) {
  Json directions = Json::array(), states = Json::object();
  for (const int direction : study.directions)
    directions.push_back(direction == 2 ? "maximize" : "minimize");
  for (const StoredTrial& trial : study.trials) {
    Json& count = states[to_string(trial.state)];
    count = count.is_null() ? 1 : count.get<int>() + 1;
  }
  Json json{{"name", study.name},
            {"id", study.id},
            {"directions", directions},
            {"trials", study.trials.size()},
            {"states", states},
            {"user_attrs", study.user_attrs},
            {"settings", study.system_attrs.value(kSettingsAttribute, Json::object())}};
  const StoredTrial* const best = study.directions.size() == 1 ? best_trial(study) : nullptr;
  if (best != nullptr) json["best"] = {{"number", best->number}, {"values", numbers(best->values)}};
  return json;
}

const StoredStudy& study_called(const View& view, const std::string& name_or_id) {
  const Replay& now = view.journal.state();
  if (const StoredStudy* const found = now.find(name_or_id)) return *found;
  const auto at = std::find_if(
      now.studies.begin(), now.studies.end(),
      [&](const StoredStudy& study) { return std::to_string(study.id) == name_or_id; });
  if (at != now.studies.end()) return *at;
  std::vector<std::string> known;
  for (const StoredStudy& study : now.studies) known.push_back(study.name);
  throw Refusal(404, "no_study",
                fmt::format("there is no study \"{}\";{} GET /v1/studies lists them", name_or_id,
                            space::did_you_mean(name_or_id, known)));
}

const StoredStudy& study_with_id(const View& view, int id) {
  for (const StoredStudy& study : view.journal.state().studies)
    if (study.id == id) return study;
  throw Refusal(404, "no_study", fmt::format("there is no study with id {}", id));
}

const StoredTrial& trial_numbered(const StoredStudy& study, int number) {
  if (number >= 0 && number < static_cast<int>(study.trials.size()))
    return study.trials[static_cast<std::size_t>(number)];
  throw Refusal(404, "no_trial",
                fmt::format("there is no trial {} in \"{}\", which has {}", number, study.name,
                            study.trials.size()));
}

}  // namespace antigrad::search
