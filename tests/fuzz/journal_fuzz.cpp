// Journals: any bytes are read, replayed and shown, or refused with a place; a record that
// antigrad writes reads back as the same trial.
#include "memory_file.hpp"
#include "search/record.hpp"
#include "search/storage/journal.hpp"
#include "space/error.hpp"
#include "target.hpp"

namespace antigrad::fuzz {
namespace {

using namespace search;

Trial trial(int number, TrialState state) {
  Trial t;
  t.number = number;
  t.state = state;
  t.candidate = {"relu",     "ReLU", "0 | 0 | 1", "x", "00ff00ff00ff00ff", true, {0},
                 "baseline", 2,      1,           0};
  t.scores = {0.5, 0.25};
  t.steps = 40;
  t.started = t.completed = "2026-01-31T12:00:00.000000+00:00";
  Run run{"images", 0, 7000, {}, {{40, 0.5}}};
  run.measurement.curve = {{40, 1.5, 0.5, 0.25, 0.75}};
  t.runs = {run};
  return t;
}

std::string line(Json record) {
  record["worker_id"] = "w";
  return to_text(record) + "\n";
}

void read_trials(const StoredStudy& study) {
  for (const StoredTrial& stored : study.trials) {
    require(stored.number >= 0 && to_string(stored.state) != std::string("unknown"),
            fmt::format("a trial in state {}", static_cast<int>(stored.state)));
    Trial read;
    try {
      read = from_stored(stored);
    } catch (const space::Error& error) {
      require(!error.message().empty(), "refused without a reason");
      continue;
    }
    require(!to_text(to_record(read, study.id)).empty(), "a trial without a record");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string study =
      line({{"op_code", 0}, {"study_name", "toy"}, {"directions", {1}}}) +
      line({{"op_code", 2}, {"study_id", 0}, {"user_attr", {{"seed", 7}}}}) +
      line({{"op_code", 3}, {"study_id", 0}, {"system_attr", {{"version", 1}}}});
  const std::string written = line(to_record(trial(0, TrialState::complete), 0));
  const std::string running = line(to_record(trial(1, TrialState::running), 0));
  const std::string updates =
      line({{"op_code", 4}, {"study_id", 0}, {"datetime_start", nullptr}}) +
      line({{"op_code", 5},
            {"trial_id", 0},
            {"param_name", "p"},
            {"param_value_internal", 1},
            {"distribution", R"({"name": "IntDistribution", "attributes": {"low": 0}})"}}) +
      line({{"op_code", 7}, {"trial_id", 0}, {"step", 1}, {"intermediate_value", "NaN"}}) +
      line({{"op_code", 8}, {"trial_id", 0}, {"user_attr", {{"a", 1}}}}) +
      line({{"op_code", 9}, {"trial_id", 0}, {"system_attr", {{"b", {1, 2}}}}}) +
      line({{"op_code", 6}, {"trial_id", 0}, {"state", 1}, {"values", {0.5}}}) +
      line({{"op_code", 1}, {"study_id", 0}});
  return {study,
          study + written,
          study + written + running,
          study + updates,
          study + R"({"op_code": 10, "worker_id": "w", "x": [NaN, -Infinity]})" + "\n",
          study + written.substr(0, written.size() / 2)};
}

std::vector<std::string> words() {
  return {"\"op_code\":",
          "\"study_id\":",
          "\"trial_id\":",
          "\"state\":",
          "\"values\":",
          "\"user_attrs\":",
          "\"params\":",
          "\"outcome\":",
          "\"worker_id\"",
          "{}",
          "[]",
          "null",
          "NaN",
          "-Infinity",
          "1e300",
          "\n",
          "-1",
          "[[",
          "\"\"",
          "true"};
}

void run(std::string_view input) {
  static MemoryFile file;
  Replay replayed;
  try {
    const std::vector<Json> records = read_journal(file.with(input));
    const std::string text = canonical_text(records);
    require(records.empty() == text.empty(), "records without a canonical text");
    replayed = replay(records);
  } catch (const space::Error& error) {
    require(!error.message().empty(), "refused without a reason");
    return;
  }
  for (const StoredStudy& study : replayed.studies) read_trials(study);
}

}  // namespace antigrad::fuzz
