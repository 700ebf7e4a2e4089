// Distributions as Optuna's JSON, in its order of keys and with Python's spaces and numbers.
#include <fmt/format.h>

#include <cmath>

#include "search/samplers/decimal.hpp"
#include "search/samplers/distribution.hpp"
#include "search/samplers/python_text.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

using space::Error;

std::string attributes(const FloatDistribution& d) {
  return fmt::format(R"("step": {}, "low": {}, "high": {}, "log": {})",
                     d.step ? python_repr(*d.step) : "null", python_repr(d.low),
                     python_repr(d.high), d.log);
}

std::string attributes(const IntDistribution& d) {
  return fmt::format(R"("log": {}, "step": {}, "low": {}, "high": {})", d.log, d.step, d.low,
                     d.high);
}

std::string attributes(const CategoricalDistribution& d) {
  return fmt::format(R"("choices": {})", python_json(Json(d.choices)));
}

const char* name(const FloatDistribution&) { return "FloatDistribution"; }
const char* name(const IntDistribution&) { return "IntDistribution"; }
const char* name(const CategoricalDistribution&) { return "CategoricalDistribution"; }

const Json& at(const Json& json, const char* key) {
  if (!json.is_object() || !json.contains(key))
    throw Error(fmt::format("a distribution without \"{}\": {}", key, to_text(json)));
  return json.at(key);
}

bool flag(const Json& json, const char* key) {
  if (!json.contains(key)) return false;
  const Json& value = json.at(key);
  if (!value.is_boolean())
    throw Error(fmt::format("expected true or false for \"{}\", got {}", key, to_text(value)));
  return value.get<bool>();
}

std::int64_t whole(const Json& value) {
  const double d = number(value);
  if (value.is_number_integer()) return value.get<std::int64_t>();
  if (!(std::abs(d) < 0x1p63)) throw Error(fmt::format("expected an integer, got {}", d));
  return static_cast<std::int64_t>(d);  // Optuna cuts off what is behind the point, too
}

std::optional<double> step_of(const Json& a, const char* key) {
  if (!a.contains(key) || a.at(key).is_null()) return {};
  return number(a.at(key));
}

Distribution read_float(const Json& a, bool log, const char* step) {
  return FloatDistribution{number(at(a, "low")), number(at(a, "high")), log, step_of(a, step)};
}

Distribution read_int(const Json& a, bool log) {
  const bool stepped = a.contains("step") && !a.at("step").is_null();
  return IntDistribution{whole(at(a, "low")), whole(at(a, "high")), log,
                         stepped ? whole(a.at("step")) : 1};
}

Distribution read_choices(const Json& a) {
  const Json& choices = at(a, "choices");
  if (!choices.is_array())
    throw Error(fmt::format("expected a list of choices, got {}", to_text(choices)));
  return CategoricalDistribution{choices.get<std::vector<Json>>()};
}

Distribution read(const std::string& kind, const Json& a) {
  if (kind == "FloatDistribution" || kind == "float") return read_float(a, flag(a, "log"), "step");
  if (kind == "IntDistribution" || kind == "int") return read_int(a, flag(a, "log"));
  if (kind == "CategoricalDistribution" || kind == "categorical") return read_choices(a);
  if (kind == "UniformDistribution") return read_float(a, false, "step");
  if (kind == "LogUniformDistribution") return read_float(a, true, "step");
  if (kind == "DiscreteUniformDistribution") return read_float(a, false, "q");
  if (kind == "IntUniformDistribution") return read_int(a, false);
  if (kind == "IntLogUniformDistribution") return read_int(a, true);
  throw Error(
      fmt::format("unknown distribution \"{}\"; FloatDistribution, IntDistribution and "
                  "CategoricalDistribution are known",
                  kind));
}

}  // namespace

std::string to_text(const Distribution& distribution) {
  return std::visit(
      [](const auto& d) {
        return fmt::format(R"({{"name": "{}", "attributes": {{{}}}}})", name(d), attributes(d));
      },
      distribution);
}

Distribution distribution_from_json(const Json& json) {
  const bool full = json.is_object() && json.contains("name");
  const Json& kind = at(json, full ? "name" : "type");
  if (!kind.is_string())
    throw Error(fmt::format("expected a distribution's name, got {}", to_text(kind)));
  return checked(read(kind.get<std::string>(), full ? at(json, "attributes") : json));
}

Distribution parse_distribution(std::string_view text) {
  return distribution_from_json(parse_json(text));
}

}  // namespace antigrad::search
