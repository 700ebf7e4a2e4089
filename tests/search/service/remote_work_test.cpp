// Evaluations as trials: answered by whoever asks for work, kept over a restart, given up in the
// end.
#include "search/service/remote_work.hpp"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "../fake.hpp"

namespace antigrad::search {
namespace {

const trainer::Evaluation kRequest{"sigmoid(x)", "digits", 1000, 6, "3"};

/// A server's side on a journal, with a clock that the test moves.
struct Server {
  explicit Server(const std::string& path, int retries = 1)
      : store(path),
        service(store, [this] { return now.load(); }),
        work(store, service, "s", {.lease = 10, .retries = retries}, stop),
        evaluator(work.evaluator()) {}

  /// The next request, as a worker gets it; waits for one.
  Json ask() {
    while (true) {
      try {
        return service.ask("s", Json::object(), {});
      } catch (const Refusal& e) {
        EXPECT_EQ(e.code(), "nothing_to_do");
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
      }
    }
  }
  std::future<trainer::Measurement> evaluate() {
    return std::async(std::launch::async, [this] { return evaluator->evaluate(kRequest); });
  }
  void tell(const Json& trial, const Json& attrs, const char* state = "complete") {
    Json body{{"state", state}, {"user_attrs", attrs}};
    if (std::string(state) == "complete") body["value"] = 6;
    service.tell("s", trial.at("number").get<int>(), body, {});
  }

  std::atomic<double> now = 100;
  std::atomic<bool> stop = false;
  Store store;
  AskTell service;
  RemoteWork work;
  std::unique_ptr<trainer::Evaluator> evaluator;
};

trainer::Measurement measured() {
  trainer::Measurement m;
  m.steps = 6;
  m.curve = {{6, 1.5, 1.25, 0.5, 1.75}};
  m.theta = {0.1, 1e-300};
  return m;
}

TEST(RemoteWork, EvaluationIsWhatAWorkerTells) {
  const fake::Folder folder;
  Server server(folder / "work.log");
  auto answer = server.evaluate();
  const Json trial = server.ask();
  EXPECT_EQ(evaluation_from_json(trial.at("user_attrs").at(kEvaluateAttribute)).seed,
            kRequest.seed);
  server.tell(trial, {{kMeasurementAttribute, to_json(measured(), true)}});
  EXPECT_EQ(to_json(answer.get(), true), to_json(measured(), true));
}

TEST(RemoteWork, WhatWasAskedBeforeARestartIsNotAskedAgain) {
  const fake::Folder folder;
  Json trial;
  {
    Server server(folder / "work.log");
    auto answer = server.evaluate();
    trial = server.ask();
    server.stop = true;
    EXPECT_THROW(answer.get(), RemoteStopped);
  }
  Server server(folder / "work.log");
  auto answer = server.evaluate();
  server.tell(trial, {{kMeasurementAttribute, to_json(measured(), true)}});
  EXPECT_EQ(answer.get().steps, 6);
  EXPECT_EQ(server.evaluate().get().steps, 6) << "answered out of the journal";
  EXPECT_EQ(server.service.study("s").at("trials"), 1);
}

TEST(RemoteWork, WhatAWorkerCallsAnErrorIsThrown) {
  const fake::Folder folder;
  Server server(folder / "work.log");
  auto answer = server.evaluate();
  server.tell(server.ask(), {{kErrorAttribute, "no such task"}}, "fail");
  EXPECT_THROW(answer.get(), space::Error);
}

TEST(RemoteWork, EvaluationThatSilencesEveryWorkerCrashes) {
  const fake::Folder folder;
  Server server(folder / "work.log", 1);
  auto answer = server.evaluate();
  for (int worker = 0; worker < 2; ++worker) {
    server.ask();
    server.now = server.now + 11;
  }
  server.now = server.now + 100;
  server.service.sweep();
  const trainer::Measurement m = answer.get();
  EXPECT_EQ(m.outcome, trainer::Outcome::crashed);
  EXPECT_EQ(m.reason, "2 workers fell silent over it");
}

}  // namespace
}  // namespace antigrad::search
