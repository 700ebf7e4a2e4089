// Field by field, unknown ones refused.
#include "search/service/requests.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr std::size_t kLongestName = 300, kLongestActivation = 4000, kMostActivations = 100;
constexpr std::size_t kMostObjectives = 64;

[[noreturn]] void refuse(const std::string& message) { throw Refusal(400, "bad_request", message); }

[[noreturn]] void refuse(const std::string& key, const char* expected, const Json& got) {
  refuse(fmt::format("{}: expected {}, got {}", key, expected, to_text(got).substr(0, 60)));
}

void only(const Json& request, const std::vector<std::string>& keys) {
  if (!request.is_object()) refuse("body", "an object", request);
  for (const auto& [key, value] : request.items()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    refuse(fmt::format("unknown key \"{}\";{} known are {}", key, space::did_you_mean(key, keys),
                       fmt::join(keys, ", ")));
  }
}

const Json& field(const Json& request, const char* key) {
  const auto at = request.find(key);
  if (at == request.end()) refuse(fmt::format("\"{}\" is missing", key));
  return *at;
}

std::string text(const std::string& key, const Json& value, std::size_t longest) {
  if (!value.is_string()) refuse(key, "a text", value);
  const std::string& got = value.get_ref<const std::string&>();
  if (got.size() > longest) refuse(fmt::format("{}: at most {} bytes", key, longest));
  return got;
}

double number_of(const std::string& key, const Json& value) {
  const bool words = value == "NaN" || value == "Infinity" || value == "-Infinity";
  if (!value.is_number() && !words) refuse(key, "a number", value);
  return number(value);
}

// 3.0 is the integer 3, as JSON Schema has it.
int step_of(const Json& value) {
  const double step = value.is_number() ? value.get<double>() : -1;
  if (!(step >= 0 && step <= std::numeric_limits<int>::max()) || step != std::floor(step))
    refuse("step", "an integer from 0 on", value);
  return static_cast<int>(step);
}

int direction_of(const Json& value) {
  if (value == "minimize" || value == "minimise" || value == 1) return 1;
  if (value == "maximize" || value == "maximise" || value == 2) return 2;
  refuse("directions", "minimize or maximize", value);
}

TrialState state_of(const Json& value) {
  if (value == "complete") return TrialState::complete;
  if (value == "pruned") return TrialState::pruned;
  if (value == "fail") return TrialState::fail;
  refuse("state", "complete, pruned or fail", value);
}

std::vector<double> values_of(const Json& request) {
  if (request.contains("value") && request.contains("values"))
    refuse("value and values exclude each other");
  if (request.contains("value")) return {number_of("value", request.at("value"))};
  std::vector<double> values;
  const Json list = request.value("values", Json::array());
  if (!list.is_array()) refuse("values", "a list of numbers", list);
  for (const Json& value : list) values.push_back(number_of("values", value));
  return values;
}

void check_values(const Result& result, std::size_t objectives) {
  if (!result.values.empty() && result.values.size() != objectives)
    refuse(fmt::format("values: expected {}, got {}", objectives, result.values.size()));
  if (result.state == TrialState::complete && result.values.empty())
    refuse("a complete trial has values; without, its state is fail");
  for (const double value : result.values)
    if (std::isnan(value)) refuse("NaN is no value; a trial without one has the state fail");
}

std::map<int, double> intermediate_of(const Json& request) {
  std::map<int, double> values;
  const Json reports = request.value("intermediate_values", Json::object());
  if (!reports.is_object()) refuse("intermediate_values", "{step: value}", reports);
  for (const auto& [step, value] : reports.items()) {
    const bool digits =
        !step.empty() && step.size() < 10 && step.find_first_not_of("0123456789") == step.npos;
    if (!digits) refuse("intermediate_values: expected steps, got \"" + step.substr(0, 20) + "\"");
    values[std::stoi(step)] = number_of("intermediate_values", value);
  }
  return values;
}

}  // namespace

NewStudy new_study_from(const Json& request) {
  if (!request.is_object()) refuse("body", "an object", request);
  NewStudy study;
  study.name = text("name", field(request, "name"), kLongestName);
  if (study.name.empty()) refuse("name: expected a text, got none");
  study.settings = request;
  study.settings.erase("name");
  study.settings.erase("directions");
  const Json directions = request.value("directions", Json{"minimize"});
  if (!directions.is_array() || directions.empty() || directions.size() > kMostObjectives)
    refuse("directions", "a list of minimize or maximize", directions);
  for (const Json& direction : directions) study.directions.push_back(direction_of(direction));
  return study;
}

std::string worker_from(const Json& request) {
  only(request, {"worker"});
  return request.contains("worker") ? text("worker", request.at("worker"), kLongestName) : "";
}

Report report_from(const Json& request) {
  only(request, {"step", "value"});
  return {step_of(field(request, "step")), number_of("value", field(request, "value"))};
}

Result result_from(const Json& request, std::size_t objectives) {
  only(request, {"state", "value", "values", "user_attrs", "intermediate_values"});
  Result result;
  result.state = request.contains("state") ? state_of(request.at("state")) : TrialState::complete;
  result.values = values_of(request);
  check_values(result, objectives);
  result.user_attrs = request.value("user_attrs", Json::object());
  if (!result.user_attrs.is_object()) refuse("user_attrs", "an object", result.user_attrs);
  result.intermediate_values = intermediate_of(request);
  return result;
}

NewCandidates new_candidates_from(const Json& request) {
  only(request, {"study", "activations", "by"});
  NewCandidates wanted;
  if (request.contains("by")) wanted.by = text("by", request.at("by"), kLongestName);
  const Json& list = field(request, "activations");
  if (!list.is_array() || list.empty() || list.size() > kMostActivations)
    refuse(fmt::format("activations: expected a list of 1 to {} texts", kMostActivations));
  for (const Json& activation : list)
    wanted.activations.push_back(text("activations", activation, kLongestActivation));
  return wanted;
}

Json body_json(const std::string& body) {
  Json json = Json::object();
  refuse_bad([&] {
    if (!body.empty()) json = parse_json(body);
  });
  return json;
}

void refuse_bad(const std::function<void()>& f) {
  try {
    f();
  } catch (const Refusal&) {
    throw;
  } catch (const space::Error& e) {
    throw Refusal(400, "bad_request", e.message());
  }
}

}  // namespace antigrad::search
