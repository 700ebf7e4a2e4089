// Evaluations and measurements as JSON: what travels to and from workers and into the journal.
#include <fmt/format.h>

#include <array>

#include "search/record.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

using trainer::Outcome;

constexpr std::array kOutcomes{std::pair{Outcome::ok, "ok"},
                               std::pair{Outcome::diverged, "diverged"},
                               std::pair{Outcome::rejected, "rejected"},
                               std::pair{Outcome::timeout, "timeout"},
                               std::pair{Outcome::out_of_memory, "out_of_memory"},
                               std::pair{Outcome::crashed, "crashed"}};

Json to_json(const trainer::CurvePoint& p) {
  return {p.step, number_to_json(p.training_loss), number_to_json(p.validation_loss),
          number_to_json(p.validation_accuracy), number_to_json(p.current_loss)};
}

trainer::CurvePoint point_from_json(const Json& json) {
  return {json.at(0).get<int>(), number(json.at(1)), number(json.at(2)), number(json.at(3)),
          number(json.at(4))};
}

}  // namespace

const char* to_string(Outcome outcome) {
  for (const auto& [value, name] : kOutcomes) {
    if (value == outcome) return name;
  }
  return "unknown";
}

Outcome outcome_from(const std::string& name) {
  for (const auto& [value, known] : kOutcomes) {
    if (name == known) return value;
  }
  throw space::Error(fmt::format("unknown outcome \"{}\"", name));
}

Json to_json(const trainer::Measurement& m, bool resources) {
  Json json{{"outcome", to_string(m.outcome)}, {"reason", m.reason}, {"steps", m.steps}};
  Json& curve = json["curve"] = Json::array();
  for (const trainer::CurvePoint& point : m.curve) curve.push_back(to_json(point));
  Json& theta = json["theta"] = Json::array();
  for (const double value : m.theta) theta.push_back(number_to_json(value));
  if (m.bytes_per_token != 0) json["bytes_per_token"] = number_to_json(m.bytes_per_token);
  for (const trainer::ShiftPoint& shift : m.shifts)
    json["shifts"].push_back(
        {shift.name, number_to_json(shift.loss), number_to_json(shift.accuracy)});
  for (const trainer::Figure& figure : m.figures)
    json["figures"].push_back({figure.name, number_to_json(figure.value)});
  if (resources) {
    json["training_seconds"] = number_to_json(m.training_seconds);
    json["total_seconds"] = number_to_json(m.total_seconds);
    json["peak_mebibytes"] = number_to_json(m.peak_mebibytes);
  }
  return json;
}

trainer::Measurement measurement_from_json(const Json& json) {
  trainer::Measurement m;
  m.outcome = outcome_from(json.at("outcome").get<std::string>());
  m.reason = json.at("reason").get<std::string>();
  m.steps = json.at("steps").get<int>();
  for (const Json& point : json.at("curve")) m.curve.push_back(point_from_json(point));
  for (const Json& value : json.at("theta")) m.theta.push_back(number(value));
  if (json.contains("bytes_per_token")) m.bytes_per_token = number(json.at("bytes_per_token"));
  if (json.contains("shifts"))
    for (const Json& shift : json.at("shifts"))
      m.shifts.push_back(
          {shift.at(0).get<std::string>(), number(shift.at(1)), number(shift.at(2))});
  if (json.contains("figures"))
    for (const Json& figure : json.at("figures"))
      m.figures.push_back({figure.at(0).get<std::string>(), number(figure.at(1))});
  if (json.contains("training_seconds")) {
    m.training_seconds = number(json.at("training_seconds"));
    m.total_seconds = number(json.at("total_seconds"));
    m.peak_mebibytes = number(json.at("peak_mebibytes"));
  }
  return m;
}

Json to_json(const trainer::Evaluation& request) {
  return {{"activation", request.activation},
          {"task", request.task},
          {"seed", request.seed},
          {"steps", request.steps},
          {"trial", request.trial}};
}

trainer::Evaluation evaluation_from_json(const Json& json) {
  return {json.at("activation").get<std::string>(), json.at("task").get<std::string>(),
          json.at("seed").get<std::uint64_t>(), json.at("steps").get<int>(),
          json.value("trial", "")};
}

}  // namespace antigrad::search
