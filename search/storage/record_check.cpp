// Fields and kinds as optuna.storages.journal reads them.
#include "search/storage/record_check.hpp"

#include <fmt/format.h>

#include <cmath>
#include <regex>
#include <variant>

#include "search/samplers/distribution.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

constexpr int kDeepest = 32;               // levels of attributes: recursion ends
constexpr long long kMostInt = 1LL << 31;  // ids and steps

[[noreturn]] void refuse(const std::string& what, const char* expected, const Json& got) {
  throw space::Error(
      fmt::format("{}: expected {}, got {}", what, expected, to_text(got).substr(0, 60)));
}

const Json& field(const Json& record, const char* key) {
  const auto at = record.find(key);
  if (at == record.end()) throw space::Error(fmt::format("{} is missing", key));
  return *at;
}

int integer(const Json& record, const char* key) {
  const Json& value = field(record, key);
  if (!value.is_number_integer() || value.get<long long>() >= kMostInt ||
      value.get<long long>() < -kMostInt)
    refuse(key, "an integer", value);
  return static_cast<int>(value.get<long long>());
}

void check_text(const Json& record, const char* key) {
  if (!field(record, key).is_string()) refuse(key, "a text", record.at(key));
}

void check_number(const std::string& what, const Json& value) {
  if (!value.is_number()) refuse(what, "a number", value);
}

void check_numbers(const Json& record, const char* key, bool or_null) {
  const Json& values = field(record, key);
  if (or_null && values.is_null()) return;
  if (!values.is_array() || values.empty()) refuse(key, "a list of numbers", values);
  for (const Json& value : values) check_number(key, value);
}

// What datetime.fromisoformat of Python 3.8 and later reads.
void check_time(const Json& record, const char* key, bool or_null) {
  static const std::regex iso(
      R"(\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{6}|\.\d{3})?([+-]([01]\d|2[0-3]):[0-5]\d)?)");
  const Json& value = field(record, key);
  if (or_null && value.is_null()) return;
  const bool short_text = value.is_string() && value.get_ref<const std::string&>().size() < 40;
  if (!short_text || !std::regex_match(value.get_ref<const std::string&>(), iso))
    refuse(key, "a time like 2026-01-31T12:00:00.000000+00:00", value);
}

void check_depth(const Json& value, int left) {
  if (left == 0) throw space::Error(fmt::format("more than {} levels of values", kDeepest));
  if (!value.is_structured()) return;
  for (const Json& part : value) check_depth(part, left - 1);
}

void check_attribute(const Json& record, const char* key) {
  const Json& value = field(record, key);
  if (!value.is_object() || value.size() != 1) refuse(key, "an object of one key", value);
}

int check_state(const Json& record) {
  const int state = integer(record, "state");
  if (state < 0 || state > 4) refuse("state", "0 to 4", record.at("state"));
  return state;
}

bool finished(int state) { return state >= 1 && state <= 3; }

void check_directions(const Json& record) {
  const Json& directions = field(record, "directions");
  if (!directions.is_array() || directions.empty())
    refuse("directions", "a list of 1 (minimise) and 2 (maximise)", directions);
  for (const Json& direction : directions)
    if (direction != 1 && direction != 2 && direction != 0)
      refuse("directions", "a list of 1 (minimise) and 2 (maximise)", directions);
}

Distribution distribution_in(const std::string& what, const Json& text) {
  if (!text.is_string()) refuse(what, "a distribution as a string of JSON", text);
  return parse_distribution(text.get_ref<const std::string&>());
}

void check_internal(const std::string& what, const Json& value, const Distribution& distribution) {
  check_number(what, value);
  if (std::holds_alternative<FloatDistribution>(distribution)) return;
  const double number = value.get<double>();
  if (!std::isfinite(number)) refuse(what, "a finite number", value);
  const auto* const categorical = std::get_if<CategoricalDistribution>(&distribution);
  if (categorical == nullptr) return;
  const auto choices = static_cast<double>(categorical->choices.size());
  if (number < 0 || number >= choices || number != std::floor(number))
    refuse(what, "the index of a choice", value);
}

void check_params(const Json& record) {
  const Json none = Json::object();
  const Json& params = record.contains("params") ? record.at("params") : none;
  const Json& distributions = record.contains("distributions") ? record.at("distributions") : none;
  if (!params.is_object()) refuse("params", "an object", params);
  if (!distributions.is_object()) refuse("distributions", "an object", distributions);
  for (const auto& [name, text] : distributions.items()) {
    const Distribution distribution = distribution_in("distributions", text);
    if (!params.contains(name)) throw space::Error("params: \"" + name + "\" is missing");
    check_internal("params: " + name, params.at(name), distribution);
  }
  for (const auto& [name, value] : params.items())
    if (!distributions.contains(name))
      throw space::Error("distributions: \"" + name + "\" is missing");
}

void check_steps(const Json& record) {
  if (!record.contains("intermediate_values")) return;
  const Json& values = record.at("intermediate_values");
  if (!values.is_object()) refuse("intermediate_values", "an object", values);
  static const std::regex step(R"(-?\d{1,9})");
  for (const auto& [name, value] : values.items()) {
    if (name.size() > 10 || !std::regex_match(name, step))
      throw space::Error("intermediate_values: expected steps, got \"" + name.substr(0, 20) + "\"");
    check_number("intermediate_values", value);
  }
}

void check_new_trial(const Json& record) {
  integer(record, "study_id");
  check_time(record, "datetime_start", true);
  const int state = record.contains("state") ? check_state(record) : 0;
  if (record.contains("datetime_complete")) check_time(record, "datetime_complete", false);
  if (finished(state) && !record.contains("datetime_complete"))
    throw space::Error("datetime_complete is missing");
  const bool values = record.contains("values") && !record.at("values").is_null();
  const bool value = record.contains("value") && !record.at("value").is_null();
  if (values) check_numbers(record, "values", true);
  if (value) check_number("value", record.at("value"));
  if (values && value) throw space::Error("value and values exclude each other");
  if (state == 1 && !values && !value) throw space::Error("values are missing");
  for (const char* key : {"user_attrs", "system_attrs"})
    if (record.contains(key) && !record.at(key).is_object())
      refuse(key, "an object", record.at(key));
  check_params(record);
  check_steps(record);
}

void check_param(const Json& record) {
  check_text(record, "param_name");
  const Distribution distribution = distribution_in("distribution", field(record, "distribution"));
  check_internal("param_value_internal", field(record, "param_value_internal"), distribution);
}

void check_new_state(const Json& record) {
  const int state = check_state(record);
  check_numbers(record, "values", true);
  if (state == 0) check_time(record, "datetime_start", false);
  if (finished(state)) check_time(record, "datetime_complete", false);
}

void check_operation(int op, const Json& record) {
  if (op >= 1 && op <= 3) integer(record, "study_id");
  if (op >= 5 && op <= 9) integer(record, "trial_id");
  switch (op) {
    case 0: check_text(record, "study_name"); return check_directions(record);
    case 1: return;
    case 2: return check_attribute(record, "user_attr");
    case 3: return check_attribute(record, "system_attr");
    case 4: return check_new_trial(record);
    case 5: return check_param(record);
    case 6: return check_new_state(record);
    case 7:
      integer(record, "step");
      return check_number("intermediate_value", field(record, "intermediate_value"));
    case 8: return check_attribute(record, "user_attr");
    case 9: return check_attribute(record, "system_attr");
    default: throw space::Error(fmt::format("unknown op_code {}, expected 0 to 9", op));
  }
}

}  // namespace

void check_record(const Json& record) {
  if (!record.is_object()) refuse("record", "an object", record);
  check_depth(record, kDeepest);
  check_text(record, "worker_id");
  check_operation(integer(record, "op_code"), record);
}

}  // namespace antigrad::search
