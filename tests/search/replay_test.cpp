// Replaying journals, and trials as journal records: the traps of the format.
#include "search/storage/replay.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "fake.hpp"
#include "search/record.hpp"

namespace antigrad::search {
namespace {

std::vector<Json> records(const std::string& lines) {
  std::vector<Json> all;
  std::istringstream in(lines);
  for (std::string line; std::getline(in, line);) {
    Json record = parse_json(line);
    record["worker_id"] = "w";
    all.push_back(record);
  }
  return all;
}

const std::string kEvents = R"({"op_code":0,"study_name":"a","directions":[1]}
{"op_code":0,"study_name":"b","directions":[2]}
{"op_code":0,"study_name":"a","directions":[2]}
{"op_code":2,"study_id":0,"user_attr":{"k":1}}
{"op_code":3,"study_id":0,"system_attr":{"s":2}}
{"op_code":4,"study_id":0,"datetime_start":"2026-01-01T00:00:00+00:00","surprise":1}
{"op_code":4,"study_id":1,"datetime_start":null,"state":4}
{"op_code":5,"trial_id":0,"param_name":"d","param_value_internal":2,"distribution":"{\"name\":\"IntDistribution\"}"}
{"op_code":7,"trial_id":0,"step":3,"intermediate_value":0.5}
{"op_code":8,"trial_id":0,"user_attr":{"u":"v"}}
{"op_code":6,"trial_id":1,"state":0,"values":null,"datetime_start":"2026-01-02T00:00:00+00:00"}
{"op_code":6,"trial_id":0,"state":1,"values":[0.25],"datetime_complete":"2026-01-01T00:01:00+00:00"}
{"op_code":8,"trial_id":0,"user_attr":{"u":"too late"}}
{"op_code":10}
{"op_code":1,"study_id":1}
{"op_code":0,"study_name":"c","directions":[1]})";

TEST(Replay, EventsBuildStudiesAndTrials) {
  const Replay now = replay(records(kEvents));
  EXPECT_EQ(now.studies.size(), 2u);
  EXPECT_EQ(now.find("b"), nullptr);
  EXPECT_EQ(now.find("c")->id, 2);
  EXPECT_EQ(now.trial_count, 2);
  const StoredStudy& a = *now.find("a");
  EXPECT_EQ(a.directions, std::vector<int>{1});
  EXPECT_EQ(a.user_attrs["k"], 1);
  EXPECT_EQ(a.system_attrs["s"], 2);
  const StoredTrial& trial = a.trials.at(0);
  EXPECT_EQ(trial.state, TrialState::complete);
  EXPECT_EQ(trial.values, std::vector<double>{0.25});
  EXPECT_EQ(trial.params.at("d"), 2);
  EXPECT_EQ(trial.intermediate_values.at(3), 0.5);
  EXPECT_EQ(trial.user_attrs["u"], "v") << "a finished trial does not change";
}

TEST(Replay, GoesRecordByRecordAndSaysWhatChanged) {
  const std::vector<Json> all = records(kEvents);
  Replayer replayer;
  std::string changes;
  for (const Json& record : all) {
    const Replayer::Change change = replayer.apply(record);
    changes += fmt::format("{}.{} ", change.study, change.trial);
  }
  EXPECT_EQ(changes,
            "0.-1 1.-1 -1.-1 0.-1 0.-1 0.0 1.0 0.0 0.0 0.0 1.0 0.0 -1.-1 -1.-1 1.-1 2.-1 ");
  EXPECT_THROW(replayer.apply({{"op_code", 5}, {"param_name", "x"}}), space::Error);
  EXPECT_THROW(replayer.apply({{"op_code", 4}, {"study_id", 0}, {"state", 9}}), space::Error);
  EXPECT_EQ(replayer.state().trial_count, 2) << "a record that is refused changes nothing";
  EXPECT_EQ(replayer.state().find("a")->trials.size(), 1u);
}

TEST(Replay, WhatOptunaIgnoresChangesNothing) {
  std::vector<Json> all = records(
      R"({"op_code":0,"study_name":"a","directions":[1]}
{"op_code":4,"study_id":0,"datetime_start":null}
{"op_code":5,"trial_id":0,"param_name":"k","param_value_internal":0,"distribution":"{\"name\":\"CategoricalDistribution\",\"attributes\":{\"choices\":[1,2]}}"}
{"op_code":4,"study_id":0,"datetime_start":null})");
  for (const Json& record : records(
           R"({"op_code":8,"trial_id":7,"user_attr":{"a":1}}
{"op_code":5,"trial_id":1,"param_name":"k","param_value_internal":0,"distribution":"{\"name\":\"CategoricalDistribution\",\"attributes\":{\"choices\":[1,2,3]}}"}
{"op_code":5,"trial_id":1,"param_name":"k","param_value_internal":0,"distribution":"{\"name\":\"IntDistribution\",\"attributes\":{\"low\":0,\"high\":2,\"log\":false,\"step\":1}}"}
{"op_code":4,"study_id":9,"datetime_start":null})"))
    all.push_back(record);
  const Replay now = replay(all);
  EXPECT_EQ(now.trial_count, 2);
  EXPECT_TRUE(now.find("a")->trials[1].params.empty());
  EXPECT_TRUE(now.find("a")->trials[0].user_attrs.empty());
}

TEST(Replay, RecordThatCannotBeAppliedIsNamed) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"op_code":11})", "unknown op_code 11"},
      {R"({"op_code":4})", "study_id"},
      {R"({"op_code":6,"state":1,"values":null})", "journal record 1"},
      {R"({"op_code":0,"study_name":"s"})", "directions"},
      {"{\"op_code\":0,\"study_name\":\"s\",\"directions\":[1]}\n"
       "{\"op_code\":4,\"study_id\":0,\"state\":5}",
       "journal record 2: unknown state 5"},
  };
  for (const auto& [line, expected] : cases) {
    try {
      replay(records(line));
      ADD_FAILURE() << line;
    } catch (const space::Error& e) {
      EXPECT_NE(e.message().find(expected), std::string::npos) << e.what();
    }
  }
}

Trial example() {
  Trial trial;
  trial.number = 0;
  trial.state = TrialState::pruned;
  trial.candidate = {"relu", "ReLU",     "0 | 1", "max(x, 0)", "00ff", true,
                     {3, 4}, "baseline", 2,       1,           0};
  trial.scores = {0.5, 0.25};
  trainer::Measurement m;
  m.steps = 20;
  m.curve = {{10, 1, 2, 0.5, NAN}, {20, 0.1, 1.0 / 3, 0.75, INFINITY}};
  m.theta = {0.8};
  m.shifts = {{"noise 3", 0.5, 0.75}, {"text", INFINITY, 0}};
  m.figures = {{"sparsity at 0.1", 0.25}, {"dead units", NAN}};
  m.training_seconds = 1.5;
  m.total_seconds = 2.5;
  m.peak_mebibytes = 100;
  trial.runs = {{"images", 0, 7000, m, {{10, 2.0}, {20, 1.0 / 3}}}};
  trial.steps = 20;
  trial.training_seconds = 3;
  trial.total_seconds = 4;
  trial.started = trial.completed = timestamp();
  return trial;
}

Trial through_a_journal(const Trial& trial) {
  std::vector<Json> all = records(R"({"op_code":0,"study_name":"s","directions":[1]})");
  all.push_back(parse_json(to_text(to_record(trial, 0))));
  return from_stored(replay(all).studies[0].trials.at(0));
}

TEST(Record, TrialComesBackFromTheJournal) {
  const Trial trial = example();
  const Trial back = through_a_journal(trial);
  EXPECT_EQ(to_text(to_record(back, 0)), to_text(to_record(trial, 0)));
  EXPECT_EQ(back.score(), 0.25);
  EXPECT_EQ(back.candidate.parents, (std::vector<int>{3, 4}));
  EXPECT_EQ(back.candidate.pieces, 2);
  EXPECT_EQ(back.run("images", 0)->losses.at(20), 1.0 / 3);
  EXPECT_EQ(back.run("images", 1), nullptr);
  EXPECT_EQ(back.run("images", 0)->measurement.peak_mebibytes, 100);
  EXPECT_TRUE(std::isnan(back.runs[0].measurement.curve[0].current_loss));
  ASSERT_EQ(back.runs[0].measurement.shifts.size(), 2u);
  EXPECT_EQ(back.runs[0].measurement.shifts[0].name, "noise 3");
  EXPECT_EQ(back.runs[0].measurement.shifts[1].loss, INFINITY);
  ASSERT_EQ(back.runs[0].measurement.figures.size(), 2u);
  EXPECT_EQ(back.runs[0].measurement.figures[0].name, "sparsity at 0.1");
  EXPECT_EQ(back.runs[0].measurement.figures[0].value, 0.25);
  EXPECT_TRUE(std::isnan(back.runs[0].measurement.figures[1].value));
}

TEST(Record, UnfinishedTrialHasNoTimeOfCompletionAndNoValues) {
  Trial trial = example();
  trial.state = TrialState::running;
  const Json record = to_record(trial, 0);
  EXPECT_FALSE(record.contains("datetime_complete")) << "null makes a journal unreadable for ever";
  EXPECT_FALSE(record.contains("values"));
}

TEST(Record, FailedTrialHasNoValues) {
  Trial trial = example();
  trial.state = TrialState::fail;
  trial.outcome = trainer::Outcome::crashed;
  trial.reason = "SIGSEGV";
  const Json record = to_record(trial, 0);
  EXPECT_FALSE(record.contains("values"));
  EXPECT_EQ(through_a_journal(trial).outcome, trainer::Outcome::crashed);
  EXPECT_EQ(through_a_journal(trial).reason, "SIGSEGV");
}

TEST(Record, RunningTrialIsFinishedByWhatItLacks) {
  Trial trial = example();
  StoredTrial stored;
  stored.id = 5;
  stored.intermediate_values = {{0, 0.5}};
  trial.state = TrialState::complete;
  const std::vector<Json> rest = finish_records(trial, stored);
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0]["op_code"], 7);
  EXPECT_EQ(rest[0]["step"], 1);
  EXPECT_EQ(rest[1]["op_code"], 6);
  EXPECT_EQ(rest[1]["values"], Json::array({0.25}));
  stored.state = TrialState::complete;
  EXPECT_TRUE(finish_records(trial, stored).empty());
}

TEST(Record, EveryDistributionIsTheSameInEveryTrial) {
  Trial other = example();
  other.candidate = {"", "", "x", "x^2/2", "01", false, {}, "random", 8, 60, 8};
  EXPECT_EQ(to_record(example(), 0)["distributions"], to_record(other, 0)["distributions"]);
}

TEST(Record, ForeignTrialIsRefusedWithItsNumber) {
  StoredTrial stored;
  stored.number = 12;
  try {
    from_stored(stored);
    FAIL();
  } catch (const space::Error& e) {
    EXPECT_NE(e.message().find("trial 12 was not written by antigrad"), std::string::npos);
  }
}

TEST(Record, EveryOutcomeHasAName) {
  using enum trainer::Outcome;
  for (const trainer::Outcome o : {ok, diverged, rejected, timeout, out_of_memory, crashed}) {
    EXPECT_EQ(outcome_from(to_string(o)), o);
  }
  EXPECT_THROW(outcome_from("fine"), space::Error);
}

}  // namespace
}  // namespace antigrad::search
