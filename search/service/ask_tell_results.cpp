// Reports and results, early, late and again.
#include <fmt/format.h>

#include "search/service/ask_tell.hpp"
#include "search/service/brain.hpp"
#include "search/service/budget.hpp"
#include "search/service/requests.hpp"
#include "search/service/trial_json.hpp"
#include "search/storage/journal.hpp"

namespace antigrad::search {
namespace {

std::string why_finished(const StoredStudy& study, const StoredTrial& trial) {
  if (trial.state == TrialState::fail && is_retried(study, trial))
    return "its worker was silent for too long and another one has it now; this result is not "
           "taken";
  return "its result does not change";
}

Json pruning_json(const Decision& decision) {
  Json json{{"prune", decision.prune()}, {"decision", to_string(decision.kind)}};
  if (!decision.reason.empty()) json["reason"] = decision.reason;
  return json;
}

// Rungs that a report has climbed to, as Optuna keeps them.
std::vector<Json> rung_records(const StoredTrial& trial, const Decision& decision) {
  std::vector<Json> records;
  std::size_t rung = reports_of(trial).rungs.size();
  for (const double value : decision.rungs)
    records.push_back({{"op_code", 9},
                       {"trial_id", trial.id},
                       {"system_attr", {{fmt::format("completed_rung_{}", rung++), value}}}});
  return records;
}

Json report_record(const StoredTrial& trial, int step, double value) {
  return {{"op_code", 7}, {"trial_id", trial.id}, {"step", step}, {"intermediate_value", value}};
}

}  // namespace

void demand_running(const StoredStudy& study, const StoredTrial& trial) {
  if (trial.state == TrialState::running) return;
  if (trial.state == TrialState::waiting)
    throw Refusal(409, "waiting",
                  fmt::format("trial {} waits for a worker: ask for it first", trial.number));
  throw Refusal(409, "finished",
                fmt::format("trial {} is {}: {}", trial.number, to_string(trial.state),
                            why_finished(study, trial)));
}

Json AskTell::report(const std::string& study, int number, const Json& request, const Key& key) {
  const Report said = report_from(request);
  Json answer;
  int id = -1;
  store_.commit([&](const View& view) -> std::vector<Entry> {
    const StoredStudy& owner = study_called(view, study);
    const StoredTrial& trial = trial_numbered(owner, number);
    Brain& brain = brain_of(view, owner);
    id = trial.id;
    if (Store::done(view, key) != nullptr) {
      answer = pruning_json(brain.judge(owner, trial));
      return {};
    }
    demand_running(owner, trial);
    const Decision decision = brain.judge(owner, trial, said.step, said.value);
    answer = pruning_json(decision);
    std::vector<Entry> entries;
    for (Json& record : rung_records(trial, decision))
      entries.push_back(store_.entry(std::move(record)));
    entries.push_back(store_.entry(report_record(trial, said.step, said.value)));
    Store::mark(entries.back(), key);
    return entries;
  });
  store_.read([&](const View& view) { heard_of(view, id); });
  return answer;
}

Json AskTell::should_prune(const std::string& study, int number) {
  Json answer;
  store_.read([&](const View& view) {
    const StoredStudy& owner = study_called(view, study);
    const StoredTrial& trial = trial_numbered(owner, number);
    demand_running(owner, trial);
    heard_of(view, trial.id);
    answer = pruning_json(brain_of(view, owner).judge(owner, trial));
  });
  return answer;
}

// The state comes last: a crash before it leaves a trial that runs, and the same request again
// writes the same values.
Json AskTell::tell(const std::string& study, int number, const Json& request, const Key& key) {
  store_.commit([&](const View& view) -> std::vector<Entry> {
    const StoredStudy& owner = study_called(view, study);
    const StoredTrial& trial = trial_numbered(owner, number);
    if (Store::done(view, key) != nullptr) return {};
    const Result result = result_from(request, owner.directions.size());
    demand_running(owner, trial);
    std::vector<Entry> entries;
    const auto add = [&](Json record) { entries.push_back(store_.entry(std::move(record))); };
    for (const auto& [step, value] : result.intermediate_values)
      add(report_record(trial, step, value));
    for (const auto& [name, value] : result.user_attrs.items())
      add({{"op_code", 8}, {"trial_id", trial.id}, {"user_attr", {{name, value}}}});
    add({{"op_code", 6},
         {"trial_id", trial.id},
         {"state", static_cast<int>(result.state)},
         {"values", result.values.empty() ? Json() : Json(result.values)},
         {"datetime_complete", timestamp()}});
    Store::mark(entries.back(), key);
    heard_.erase(trial.id);
    return entries;
  });
  return trial(study, number);
}

}  // namespace antigrad::search
