// Trials as JSON.
#include "search/page/rows.hpp"

#include <fmt/format.h>

#include <cmath>

#include "search/page/drawing.hpp"
#include "search/report/report_page.hpp"
#include "space/cost.hpp"
#include "space/error.hpp"

namespace antigrad::search::page {
namespace {

/// Six significant digits: enough to look at, and a third of the text.
Json short_number(double v) {
  if (!std::isfinite(v)) return nullptr;
  if (v == 0) return 0;
  const double unit = std::pow(10.0, 5 - std::floor(std::log10(std::abs(v))));
  return std::isfinite(unit) && unit > 0 ? std::round(v * unit) / unit : v;
}

Json short_numbers(const std::vector<double>& values) {
  Json out = Json::array();
  for (const double v : values) out.push_back(short_number(v));
  return out;
}

void add_formula(const Candidate& c, Json& out) {
  out["kind"] = c.baseline ? "baseline" : "candidate";
  out["activation"] = c.activation;
  out["f"] = c.f;
  out["operation"] = c.operation;
  out["fingerprint"] = c.fingerprint;
  out["parameters"] = c.parameters;
  if (c.pieces > 0) out["pieces"] = c.pieces;
  if (c.terms > 0) out["terms"] = c.terms;
  if (!c.parents.empty()) out["parents"] = c.parents;
  try {
    if (c.pieces > 0)
      out["operations"] = short_number(space::cost(space::parse_gradient(c.activation)));
  } catch (const space::Error&) {
    // of another version of the space: its text still says what it was
  }
}

struct LastPoint {
  double loss = 0, accuracy = 0;
  int runs = 0;
};

// Mean over the seeds of a task of what the last points say.
void add_measurements(const Trial& trial, Json& out) {
  std::map<std::string, LastPoint> tasks;
  for (const Run& run : trial.runs) {
    if (run.measurement.curve.empty()) continue;
    LastPoint& sum = tasks[run.task];
    sum.loss += run.measurement.curve.back().validation_loss;
    sum.accuracy += run.measurement.curve.back().validation_accuracy;
    ++sum.runs;
  }
  for (const auto& [task, sum] : tasks) {
    out["loss"][task] = short_number(sum.loss / sum.runs);
    out["accuracy"][task] = short_number(sum.accuracy / sum.runs);
  }
}

Json run_json(const Run& run) {
  const trainer::Measurement& m = run.measurement;
  Json out{{"task", run.task},
           {"index", run.index},
           {"seed", run.seed},
           {"outcome", to_string(m.outcome)},
           {"steps", m.steps},
           {"theta", short_numbers(m.theta)},
           {"seconds", short_number(m.training_seconds)},
           {"mebibytes", short_number(m.peak_mebibytes)}};
  if (!m.reason.empty()) out["reason"] = m.reason;
  Json& curve = out["curve"] = Json::array();
  for (const trainer::CurvePoint& p : m.curve)
    curve.push_back({p.step, short_number(p.training_loss), short_number(p.validation_loss),
                     short_number(p.validation_accuracy)});
  for (const trainer::ShiftPoint& shift : m.shifts)
    out["shifts"].push_back({shift.name, short_number(shift.loss), short_number(shift.accuracy)});
  return out;
}

Json runs_json(const Trial& trial) {
  Json out = Json::array();
  for (const Run& run : trial.runs) out.push_back(run_json(run));
  return out;
}

}  // namespace

Json row(const Trial& trial) {
  const Candidate& c = trial.candidate;
  Json out{{"number", trial.number},
           {"state", to_string(trial.state)},
           {"name", report::name_of(c, trial.number)},
           {"score", short_number(trial.score())},
           {"rung", trial.scores.size()},
           {"steps", trial.steps},
           {"outcome", to_string(trial.outcome)},
           {"seconds", short_number(trial.total_seconds)}};
  if (!trial.scores.empty()) out["scores"] = short_numbers(trial.scores);
  if (!trial.reason.empty()) out["reason"] = trial.reason;
  add_formula(c, out);
  add_measurements(trial, out);
  return out;
}

Json foreign_row(const StoredTrial& stored, const std::string& why) {
  Json out{{"number", stored.number},
           {"state", to_string(stored.state)},
           {"name", fmt::format("#{}", stored.number)},
           {"kind", "foreign"},
           {"score", stored.values.empty() ? Json() : short_number(stored.values[0])},
           {"rung", stored.intermediate_values.size()}};
  if (stored.values.size() > 1) out["values"] = short_numbers(stored.values);
  if (!why.empty()) out["note"] = why;
  for (const auto& [name, value] : stored.params) out["params"][name] = short_number(value);
  for (const auto& [name, value] : stored.user_attrs.items()) {
    if (value.is_number()) out["attributes"][name] = short_number(value.get<double>());
    if (value.is_string() && value.get_ref<const std::string&>().size() < 200)
      out["attributes"][name] = value;
  }
  return out;
}

Json curves(const Trial& trial, const StudyConfig& config) {
  Json tasks = Json::object();
  for (const Task& task : config.tasks) {
    Json points = Json::array();
    for (const svg::Point& p : report::mean_curve(trial, task.name))
      points.push_back({static_cast<int>(p.x), short_number(p.y)});
    if (!points.empty()) tasks[task.name] = std::move(points);
  }
  if (tasks.empty()) return nullptr;
  return {{"number", trial.number}, {"tasks", std::move(tasks)}};
}

Json detail(const Trial& trial, const Trial* confirmation, const std::vector<std::string>& log) {
  const Candidate& c = trial.candidate;
  Json out{{"row", row(trial)},
           {"g_html", report::formula_g(c)},
           {"f_html", report::formula_f(c)},
           {"runs", runs_json(trial)},
           {"log", log}};
  if (confirmation != nullptr) out["confirmation"] = runs_json(*confirmation);
  for (const auto& [property, refusal] : c.refused)
    out["refused"].push_back({{"property", property},
                              {"count", refusal.count},
                              {"activation", refusal.activation},
                              {"reason", refusal.reason}});
  return out;
}

Json trained(const Trial& trial) {
  constexpr std::size_t kPlaces = 24;
  Json out = Json::array();
  const auto parameters = static_cast<std::size_t>(trial.candidate.parameters);
  std::string last;
  for (const Run& run : trial.runs) {
    if (parameters == 0 || run.task == last) continue;
    last = run.task;
    const std::vector<double>& theta = run.measurement.theta;
    for (std::size_t at = 0; at + parameters <= theta.size() && out.size() < kPlaces;
         at += parameters) {
      const auto begin = theta.begin() + static_cast<std::ptrdiff_t>(at);
      const std::vector<double> values(begin, begin + static_cast<std::ptrdiff_t>(parameters));
      Json drawing = to_json(draw(trial.candidate.activation, values));
      drawing.erase("h");
      out.push_back({{"name", fmt::format("{} {}", run.task, at / parameters)},
                     {"theta", short_numbers(values)},
                     {"drawing", std::move(drawing)}});
    }
  }
  return out;
}

std::vector<std::string> history(const Trial& trial) {
  const Candidate& c = trial.candidate;
  std::vector<std::string> log;
  for (const auto& [property, refusal] : c.refused)
    log.push_back(fmt::format("{} draws refused, not {}; the last: {}: {}", refusal.count, property,
                              refusal.activation, refusal.reason));
  std::string parents;
  for (const int parent : c.parents) parents += fmt::format(" #{}", parent);
  log.push_back(
      fmt::format("made by {}{}{}", c.operation, parents.empty() ? "" : " from", parents));
  for (const Run& run : trial.runs) {
    for (const auto& [steps, loss] : run.losses)
      log.push_back(fmt::format("{}, seed {}: validation loss {} after {} steps", run.task,
                                run.seed, report::number(loss), steps));
    if (run.measurement.outcome != trainer::Outcome::ok)
      log.push_back(fmt::format("{}, seed {}: {} after {} steps: {}", run.task, run.seed,
                                to_string(run.measurement.outcome), run.measurement.steps,
                                run.measurement.reason));
  }
  for (std::size_t rung = 0; rung < trial.scores.size(); ++rung)
    log.push_back(fmt::format("rung {}: score {}", rung + 1, report::number(trial.scores[rung])));
  if (trial.finished())
    log.push_back(fmt::format("{}{}{}", to_string(trial.state), trial.reason.empty() ? "" : ": ",
                              trial.reason));
  return log;
}

}  // namespace antigrad::search::page
