// Ask, report, tell: queues, leases on a clock of the test's own, budgets, keys, late results.
#include "search/service/ask_tell.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "../fake.hpp"
#include "search/service/journal_door.hpp"
#include "search/service/settings.hpp"

namespace antigrad::search {
namespace {

/// A service on a journal of its own, with a clock that the test moves.
struct Served {
  fake::Folder folder;
  double now = 100;
  std::unique_ptr<Store> holder = std::make_unique<Store>(folder / "j.log");
  std::unique_ptr<AskTell> asked = make();
  Store& store = *holder;
  AskTell& service = *asked;

  std::unique_ptr<AskTell> make() {
    return std::make_unique<AskTell>(*holder, [this] { return now; });
  }

  explicit Served(const Json& settings = Json::object()) {
    Json study{{"name", "s"},
               {"space", {{"x", {{"type", "float"}, {"low", 0}, {"high", 1}}}}},
               {"sampler", "random"},
               {"lease", 10}};
    study.update(settings);
    service.create_study(study, {});
  }
  Json ask(const std::string& key = "") { return service.ask("s", Json::object(), {key, "d"}); }
  Json tell(int number, const Json& result, const std::string& key = "") {
    return service.tell("s", number, result, {key, "d"});
  }
  Json report(int number, int step, double value) {
    return service.report("s", number, {{"step", step}, {"value", value}}, {});
  }
};

/// The word of the refusal that `f` ends with; "" when it does not.
template <class F>
std::string refusal(F f) {
  try {
    f();
    return "";
  } catch (const Refusal& e) {
    return e.code();
  }
}

TEST(AskTell, TrialGoesFromAskToTellAndComesBackFromTheJournal) {
  Served s;
  const Json trial = s.ask();
  EXPECT_EQ(trial["number"], 0);
  EXPECT_EQ(trial["state"], "running");
  EXPECT_EQ(trial["lease"], 10);
  EXPECT_GE(trial["params"]["x"], 0);
  EXPECT_EQ(s.report(0, 1, 0.5)["prune"], false);
  const Json told = s.tell(0, {{"value", 0.25}, {"user_attrs", {{"note", "a"}}}});
  EXPECT_EQ(told["state"], "complete");
  Store again(s.folder / "j.log");
  AskTell other(again, [] { return 0.0; });
  EXPECT_EQ(other.trial("s", 0), told);
  EXPECT_EQ(told["values"], Json{0.25});
  EXPECT_EQ(told["user_attrs"]["note"], "a");
  EXPECT_EQ(told["intermediate_values"]["1"], 0.5);
  EXPECT_EQ(other.study("s")["best"]["number"], 0);
}

TEST(AskTell, ProposalDependsOnTheTrialsOnly) {
  Served a, b;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(a.ask()["params"], b.ask()["params"]);
}

TEST(AskTell, QueuedTrialsComeFirstWithWhatWasFixed) {
  Served s;
  append_journal(
      s.store,
      R"({"op_code":4,"worker_id":"w","study_id":0,"state":4,"datetime_start":null,"system_attrs":{"fixed_params":{"x":0.75}}})",
      "");
  const Json trial = s.ask();
  EXPECT_EQ(trial["number"], 0);
  EXPECT_EQ(trial["params"]["x"], 0.75);
  EXPECT_EQ(s.ask()["number"], 1);
}

TEST(AskTell, SilentWorkersTrialIsGivenAgainAsOftenAsTheStudySays) {
  Served s(Json{{"retries", 1}, {"trials", 1}});
  const Json first = s.ask();
  EXPECT_EQ(refusal([&] { s.ask(); }), "budget_spent");
  s.now += 9;
  s.report(0, 0, 1);
  s.now += 9;
  EXPECT_EQ(refusal([&] { s.ask(); }), "budget_spent") << "a report renews the lease";
  s.now += 2;
  const Json second = s.ask();
  EXPECT_EQ(second["number"], 1);
  EXPECT_EQ(second["params"], first["params"]);
  EXPECT_EQ(second["system_attrs"]["retry_history"], Json{0});
  EXPECT_EQ(s.service.trial("s", 0)["state"], "fail");
  EXPECT_EQ(refusal([&] { s.tell(0, {{"value", 1}}); }), "finished");
  s.now += 11;
  EXPECT_EQ(refusal([&] { s.ask(); }), "budget_spent") << "one retry only";
  EXPECT_EQ(s.tell(1, {{"value", 1}})["state"], "complete") << "late, but nobody else has it";
}

TEST(AskTell, AReportThroughTheJournalRenewsTheLeaseToo) {
  Served s(Json{{"retries", 1}, {"trials", 1}});
  s.ask();
  s.now += 9;
  append_journal(
      s.store,
      R"({"op_code":7,"worker_id":"python","trial_id":0,"step":1,"intermediate_value":0.5})"
      "\n",
      "");
  EXPECT_EQ(refusal([&] { s.ask(); }), "budget_spent");
  s.now += 9;
  EXPECT_EQ(refusal([&] { s.ask(); }), "budget_spent") << "18 s after the ask, 9 after the report";
  s.now += 2;
  EXPECT_EQ(s.ask()["params"], s.service.trial("s", 0)["params"]) << "silent for 11 s: given again";
}

TEST(AskTell, LateResultIsTakenBeforeTheTrialIsGivenAgain) {
  Served s;
  s.ask();
  s.now += 1000;
  EXPECT_EQ(s.tell(0, {{"value", 1}})["state"], "complete");
  EXPECT_EQ(s.ask()["number"], 1);
}

TEST(AskTell, SweepFailsTheSilentAndQueuesTheirTrials) {
  Served s(Json{{"retries", 1}});
  s.ask();
  s.service.sweep();
  s.now += 15;
  s.service.sweep();
  EXPECT_EQ(s.service.trial("s", 0)["state"], "running") << "time for a late result";
  s.now += 10;
  s.service.sweep();
  EXPECT_EQ(s.service.trial("s", 0)["state"], "fail");
  EXPECT_EQ(s.service.trial("s", 1)["state"], "waiting");
  EXPECT_EQ(s.ask()["number"], 1);
  s.now += 100;
  s.service.sweep();
  s.now += 100;
  s.service.sweep();
  EXPECT_EQ(s.service.trial("s", 1)["state"], "fail");
  EXPECT_EQ(s.service.study("s")["trials"], 2) << "one retry only";
}

TEST(AskTell, TrialThatIsGivenBackWaitsAtOnceAndThatIsNoRetry) {
  Served s(Json{{"retries", 1}, {"trials", 1}});
  const Json first = s.ask();
  EXPECT_EQ(s.service.release("s", 0, {"k", "d"})["state"], "fail");
  EXPECT_EQ(s.service.release("s", 0, {"k", "d"})["state"], "fail") << "the same request again";
  EXPECT_EQ(refusal([&] { s.tell(0, {{"value", 1}}); }), "finished");
  const Json second = s.ask();
  EXPECT_EQ(second["number"], 1);
  EXPECT_EQ(second["params"], first["params"]);
  s.now += 11;  // its worker falls silent: the one retry
  EXPECT_EQ(s.ask()["number"], 2);
  s.now += 11;
  EXPECT_EQ(refusal([&] { s.ask(); }), "budget_spent");
}

TEST(AskTell, TrialThatASamplerElsewhereQueuedIsGivenToOneWorkerAndRetried) {
  Served s(Json{{"space", Json::object()}, {"retries", 1}});
  append_journal(
      s.store,
      R"({"op_code":4,"worker_id":"p","study_id":0,"datetime_start":null})"
      "\n"
      R"({"op_code":5,"worker_id":"p","trial_id":0,"param_name":"a","param_value_internal":0.5,"distribution":"{\"name\":\"FloatDistribution\",\"attributes\":{\"step\":null,\"low\":0.0,\"high\":1.0,\"log\":false}}"})"
      "\n",
      "");
  EXPECT_EQ(refusal([&] { s.ask(); }), "nothing_to_do") << "it is still being asked for";
  append_journal(
      s.store,
      R"({"op_code":8,"worker_id":"p","trial_id":0,"user_attr":{"antigrad:queued":true}})"
      "\n",
      "");
  const Json given = s.ask();
  EXPECT_EQ(given["number"], 0);
  EXPECT_EQ(given["lease"], 10);
  EXPECT_EQ(given["params"]["a"], 0.5);
  EXPECT_EQ(refusal([&] { s.ask(); }), "nothing_to_do");
  s.now += 11;
  EXPECT_EQ(s.ask()["number"], 1);
  EXPECT_EQ(s.tell(1, {{"value", 1}})["params"]["a"], 0.5);
  EXPECT_EQ(s.service.trial("s", 0)["state"], "fail");
}

TEST(AskTell, AfterARestartEveryLeaseLastsItsFullTimeAgain) {
  Served s;
  s.ask();
  double now = 5000;
  AskTell other(s.store, [&] { return now; });
  other.sweep();
  now += 9;
  EXPECT_EQ(other.ask("s", Json::object(), {})["number"], 1);
  now += 2;
  EXPECT_EQ(other.ask("s", Json::object(), {})["number"], 2);
  EXPECT_EQ(other.trial("s", 0)["state"], "fail");
}

TEST(AskTell, JournalThatIsSetAsideTakesItsSettingsWithIt) {
  Served s(Json{{"trials", 1}});
  s.ask();
  EXPECT_EQ(refusal([&] { s.ask(); }), "budget_spent");
  std::filesystem::rename(s.folder / "j.log", s.folder / "old.log");
  const Json settings{{"space", {{"x", {{"type", "float"}, {"low", 0}, {"high", 1}}}}},
                      {"trials", 2}};
  const Json records[] = {
      {{"op_code", 0}, {"worker_id", "w"}, {"study_name", "s"}, {"directions", {1}}},
      {{"op_code", 3},
       {"worker_id", "w"},
       {"study_id", 0},
       {"system_attr", {{kSettingsAttribute, settings}}}}};
  append_journal(s.store, to_text(records[0]) + "\n" + to_text(records[1]), "");
  EXPECT_EQ(s.ask()["number"], 0);
  EXPECT_EQ(s.ask()["number"], 1);
  EXPECT_EQ(refusal([&] { s.ask(); }), "budget_spent");
}

TEST(AskTell, RequestThatComesAgainIsDoneOnce) {
  Served s;
  const Json trial = s.ask("a");
  EXPECT_EQ(s.ask("a"), trial);
  EXPECT_EQ(s.service.study("s")["trials"], 1);
  const Json told = s.tell(0, {{"value", 2}}, "t");
  EXPECT_EQ(s.tell(0, {{"value", 2}}, "t"), told);
  EXPECT_EQ(refusal([&] { s.service.tell("s", 0, {{"value", 3}}, {"t", "other"}); }), "key_reused");
  EXPECT_EQ(refusal([&] { s.tell(0, {{"value", 2}}); }), "finished");
  s.asked.reset();
  s.holder.reset();
  Store again(s.folder / "j.log");
  AskTell other(again, [] { return 0.0; });
  EXPECT_EQ(other.ask("s", Json::object(), {"a", "d"})["number"], 0) << "also after a restart";
}

TEST(AskTell, BudgetIsExactForAnyNumberOfWorkersAndBothDoors) {
  Served s(Json{{"trials", 50}});
  std::vector<std::thread> workers;
  std::mutex mutex;
  std::set<int> numbers;
  const std::string create =
      R"({"op_code":4,"worker_id":"w","study_id":0,"datetime_start":"2026-01-01T00:00:00"})";
  for (int w = 0; w < 8; ++w) {
    workers.emplace_back([&, w] {
      while (true) {
        const std::string said = refusal([&] {
          if (w % 2 == 0) {
            append_journal(s.store, create, "");
            return;
          }
          const int number = s.ask()["number"].get<int>();
          s.tell(number, {{"value", number}});
          const std::lock_guard lock(mutex);
          EXPECT_TRUE(numbers.insert(number).second) << number;
        });
        if (said.empty()) continue;
        EXPECT_EQ(said, "budget_spent");
        return;
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  EXPECT_EQ(s.service.study("s")["trials"], 50);
  EXPECT_EQ(replay(read_journal(s.folder / "j.log")).trial_count, 50);
}

TEST(AskTell, QueuedTrialsOfManyWorkersAreDoneOnceEach) {
  Served s(Json{{"trials", 60}});
  std::string queue;
  for (int i = 0; i < 60; ++i)
    queue +=
        R"({"op_code":4,"worker_id":"w","study_id":0,"state":4,"datetime_start":null,"system_attrs":{"fixed_params":{"x":0.5}}})"
        "\n";
  append_journal(s.store, queue, "");
  std::mutex mutex;
  std::multiset<int> numbers;
  std::vector<std::thread> workers;
  for (int w = 0; w < 4; ++w) {
    workers.emplace_back([&] {
      while (true) {
        Json trial;
        if (!refusal([&] { trial = s.ask(); }).empty()) return;
        s.tell(trial["number"].get<int>(), {{"value", 0}});
        const std::lock_guard lock(mutex);
        numbers.insert(trial["number"].get<int>());
      }
    });
  }
  for (std::thread& worker : workers) worker.join();
  ASSERT_EQ(numbers.size(), 60u);
  for (int i = 0; i < 60; ++i) EXPECT_EQ(numbers.count(i), 1u) << i;
}

TEST(AskTell, MedianPrunerStopsWhatIsWorse) {
  Served s(Json{{"pruner", {{"name", "median"}, {"startup", 2}}}});
  for (int i = 0; i < 3; ++i) {
    s.ask();
    s.report(i, 0, 1);
    s.tell(i, {{"value", 1}});
  }
  s.ask();
  EXPECT_EQ(s.report(3, 0, 0.5)["prune"], false);
  s.ask();
  EXPECT_EQ(s.report(4, 0, 5)["prune"], true);
  EXPECT_EQ(s.service.should_prune("s", 4)["prune"], true);
  EXPECT_EQ(s.tell(4, {{"state", "pruned"}})["state"], "pruned");
  EXPECT_EQ(refusal([&] { s.service.should_prune("s", 4); }), "finished");
}

TEST(AskTell, WhatIsWrongInARequestIsSaid) {
  Served s;
  s.ask();
  const auto study = [&](const Json& json) {
    return refusal([&] { s.service.create_study(json, {}); });
  };
  for (const Json& json :
       {Json::array(), Json::object(), Json{{"name", ""}}, Json{{"name", "n"}, {"trails", 3}},
        Json{{"name", "n"}, {"sampler", "tpee"}}, Json{{"name", "n"}, {"trials", 0}},
        Json{{"name", "n"}, {"space", {{"x", 1}}}}, Json{{"name", "n"}, {"lease", -1}},
        Json{{"name", "n"}, {"pruner", "medain"}}, Json{{"name", "n"}, {"directions", {"up"}}},
        Json{{"name", "n"}, {"space", {{"x", {{"type", "float"}, {"low", 1}, {"high", 0}}}}}}})
    EXPECT_EQ(study(json), "bad_request") << json;
  EXPECT_EQ(study({{"name", "s"}, {"directions", {"maximize"}}}), "other_directions");
  for (const Json& json :
       {Json{{"value", "x"}}, Json{{"value", "NaN"}}, Json{{"values", {1, 2}}}, Json::object(),
        Json{{"state", "done"}}, Json{{"value", 1}, {"values", {1}}}, Json{{"valeu", 1}}})
    EXPECT_EQ(refusal([&] { s.tell(0, json); }), "bad_request") << json;
  EXPECT_EQ(refusal([&] {
              s.service.report("s", 0, {{"step", -1}, {"value", 0}}, {});
            }),
            "bad_request");
  EXPECT_EQ(refusal([&] { s.service.ask("t", Json::object(), {}); }), "no_study");
  EXPECT_EQ(refusal([&] { s.tell(7, {{"value", 1}}); }), "no_trial");
  EXPECT_EQ(s.service.study("s")["trials"], 1);
}

TEST(AskTell, NonFiniteReportsAreKeptAsOptunaKeepsThem) {
  Served s;
  s.ask();
  s.service.report("s", 0, {{"step", 0}, {"value", "NaN"}}, {});
  const std::vector<Json> records = read_journal(s.folder / "j.log");
  EXPECT_TRUE(records.back()["intermediate_value"].is_number());
  EXPECT_TRUE(std::isnan(records.back()["intermediate_value"].get<double>()));
}

TEST(Candidates, AreReadToldApartAndQueued) {
  Served s(Json{{"trials", 3}});
  const Json request{
      {"study", "s"},
      {"by", "me"},
      {"activations",
       {"sigmoid(x)", "sigmoid(x", "2*sigmoid(x)", "tanh(x)", "0 | 0 | 1", "exp(x) | 0 | 1"}}};
  const Json rows = s.service.add_candidates("s", request, {"k", "d"});
  const auto said = [&](std::size_t i) {
    return rows[i].contains("trial") ? rows[i]["trial"].dump()
                                     : rows[i]["refused"].get<std::string>();
  };
  const std::vector<std::string> expected = {"0", "text", "known", "1", "2", "budget_spent"};
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_EQ(said(i), expected[i]) << rows[i];
  EXPECT_EQ(s.service.add_candidates("s", request, {"k", "d"}), rows) << "the same request again";
  EXPECT_EQ(s.service.study("s")["trials"], 3);
  const Json trial = s.ask();
  EXPECT_EQ(trial["number"], 0);
  EXPECT_EQ(trial["user_attrs"]["by"], "me");
  EXPECT_EQ(trial["user_attrs"]["activation"], "sigmoid(x)");
}

TEST(Candidates, WhatTheStudyDemandsIsProved) {
  Served s;
  append_journal(
      s.store,
      Json{{"op_code", 2},
           {"worker_id", "w"},
           {"study_id", 0},
           {"user_attr",
            {{"antigrad:study", fake::study_text(20, "constraints: [lower-bounded]\n")}}}}
          .dump(),
      "");
  const Json rows = s.service.add_candidates(
      "s", {{"study", "s"}, {"activations", {"sigmoid(x)", "0 | 0 | 1", "0 | 0 | -1"}}}, {});
  EXPECT_TRUE(rows[0].contains("trial")) << rows[0];
  EXPECT_TRUE(rows[1].contains("trial")) << rows[1];
  EXPECT_EQ(rows[2]["refused"], "property") << rows[2];
}

}  // namespace
}  // namespace antigrad::search
