// Evaluations and activations.
#include "experiments/app/remote/training.hpp"

#include <fmt/format.h>

#include <cmath>

#include "search/candidate.hpp"
#include "search/score.hpp"
#include "search/service/remote_work.hpp"
#include "search/worker.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::Trial;
using search::TrialState;

Json attributes_of(const Json& trial) { return trial.value("user_attrs", Json::object()); }

Json failed(const std::string& reason) {
  return {{"state", "fail"}, {"user_attrs", {{"outcome", "rejected"}, {"reason", reason}}}};
}

Json evaluated(const Json& request, trainer::Evaluator& evaluator) {
  try {
    const trainer::Measurement m = evaluator.evaluate(search::evaluation_from_json(request));
    return {{"state", "complete"},
            {"value", m.steps},
            {"user_attrs", {{search::kMeasurementAttribute, search::to_json(m, true)}}}};
  } catch (const search::StartError&) {
    throw;
  } catch (const space::Error& e) {
    return {{"state", "fail"}, {"user_attrs", {{search::kErrorAttribute, e.what()}}}};
  }
}

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  const std::string text = search::to_text(value);
  return text.starts_with('-') ? "(" + text + ")" : text;
}

double mean_loss(const search::StudyConfig& config, const Trial& trial,
                 const search::Stage& stage) {
  double sum = 0;
  for (const search::Task& task : config.tasks) sum += search::stage_loss(trial, task, stage);
  return sum / static_cast<double>(config.tasks.size());
}

// What a search keeps of a trial, so that the page, `antigrad show` and the exports know it.
Json told(const Trial& trial, const Json& before) {
  Json attrs = search::to_record(trial, 0).at("user_attrs");
  for (const char* const name : {"operation", "parents", "kind"})
    if (before.contains(name)) attrs.erase(name);
  Json body{{"state", to_string(trial.state)}, {"user_attrs", attrs}};
  if (trial.state != TrialState::fail) body["value"] = trial.scores.back();
  return body;
}

void climb(const search::StudyConfig& config, trainer::Evaluator& evaluator,
           const ReportValue& report, Trial& trial) {
  const std::vector<search::Stage> stages = search::search_stages(config);
  for (std::size_t rung = 0; rung < stages.size(); ++rung) {
    if (!search::measure(config, stages[rung], evaluator, trial)) return;
    trial.scores.push_back(mean_loss(config, trial, stages[rung]));
    const bool prune = report(static_cast<int>(rung), trial.scores.back());
    trial.state = rung + 1 == stages.size() ? TrialState::complete : TrialState::pruned;
    if (prune) return;
  }
}

}  // namespace

std::string activation_of(const Json& trial, const std::string& gradient) {
  const Json attrs = attributes_of(trial);
  const auto given = attrs.find("activation");
  if (given != attrs.end() && given->is_string()) return given->get<std::string>();
  if (gradient.empty())
    throw space::Error(
        "the trial has no attribute \"activation\", and its study no \"antigrad:gradient\"");
  const Json params = trial.value("params", Json::object());
  std::string text = gradient;
  for (auto at = text.find('{'); at != text.npos; at = text.find('{', at)) {
    const std::size_t end = text.find('}', at);
    const std::string name = end == text.npos ? "" : text.substr(at + 1, end - at - 1);
    if (!params.contains(name))
      throw space::Error(
          fmt::format("antigrad:gradient names {{{}}}, which is no parameter of the trial", name));
    const std::string value = value_text(params.at(name));
    text.replace(at, end + 1 - at, value);
    at += value.size();
  }
  return text;
}

Json train_trial(const Json& asked, const std::string& gradient, const search::StudyConfig& config,
                 trainer::Evaluator& evaluator, const ReportValue& report) {
  const Json attrs = attributes_of(asked);
  const auto request = attrs.find(search::kEvaluateAttribute);
  if (request != attrs.end()) return evaluated(*request, evaluator);
  Trial trial;
  trial.number = asked.at("number").get<int>();
  try {
    trial.candidate = search::describe_activation(activation_of(asked, gradient));
    trial.candidate.operation = "asked";
    climb(config, evaluator, report, trial);
  } catch (const search::StartError&) {
    throw;
  } catch (const space::Error& e) {
    return failed(e.what());
  }
  return told(trial, attrs);
}

}  // namespace antigrad::app
