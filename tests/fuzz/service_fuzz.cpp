// The server's doors: bodies of requests one after another, each done or refused with a reason;
// what was done is in the journal, which reads back as the same studies. A request is a letter, the
// door, and a body; form feeds stand between requests.
#include <filesystem>

#include "memory_folder.hpp"
#include "search/service/ask_tell.hpp"
#include "search/service/journal_door.hpp"
#include "search/service/requests.hpp"
#include "target.hpp"

namespace antigrad::fuzz {
namespace {

using namespace search;

/// Any activation is its own fingerprint: reading formulas has a target of its own.
Candidate describe(const std::string& text) {
  Candidate candidate;
  candidate.activation = candidate.f = candidate.fingerprint = text;
  return candidate;
}

void request(Store& store, AskTell& service, char door, const std::string& body) {
  const Key key{body.size() % 3 == 0 ? body.substr(0, 8) : "", digest_of(body)};
  const auto json = [&] { return body_json(body); };
  switch (door) {
    case 'S': service.create_study(json(), key); break;
    case 'A': service.ask("s", json(), key); break;
    case 'R': service.report("s", 0, json(), key); break;
    case 'P': service.should_prune("0", 0); break;
    case 'T': service.tell("s", 0, json(), key); break;
    case 'C': service.add_candidates("s", json(), key, describe); break;
    default: append_journal(store, body, key.name);
  }
}

void require_reads_back(Store& store, AskTell& service) {
  if (!std::filesystem::exists(store.path())) return;
  Store again(store.path());
  AskTell other(again);
  require(service.studies() == other.studies(), "the file says other studies than the service");
  for (const Json& study : other.studies()) {
    const std::string id = std::to_string(study.at("id").get<int>());
    require(service.trials(id, 0, 1000) == other.trials(id, 0, 1000),
            "the file says other trials than the service");
  }
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string study =
      R"(S{"name":"s","space":{"x":{"type":"float","low":0,"high":1}},"trials":3,"pruner":"median"})";
  const std::string create = R"({"op_code":0,"worker_id":"w","study_name":"s","directions":[1]})";
  const std::string trial =
      R"({"op_code":4,"worker_id":"w","study_id":0,"datetime_start":"2026-01-31T12:00:00.000000+00:00"})";
  const std::string param =
      R"({"op_code":5,"worker_id":"w","trial_id":0,"param_name":"x","param_value_internal":0.5,"distribution":"{\"name\": \"FloatDistribution\", \"attributes\": {\"step\": null, \"low\": 0.0, \"high\": 1.0, \"log\": false}}"})";
  const std::string state =
      R"({"op_code":6,"worker_id":"w","trial_id":0,"state":1,"values":[0.5],"datetime_complete":"2026-01-31T12:00:00.000000+00:00"})";
  const std::string value =
      R"({"op_code":7,"worker_id":"w","trial_id":0,"step":1,"intermediate_value":NaN})";
  const std::string attribute =
      R"({"op_code":8,"worker_id":"w","trial_id":0,"user_attr":{"a":[1]}})";
  const std::string queued =
      R"({"op_code":4,"worker_id":"w","study_id":0,"state":4,"datetime_start":null,"system_attrs":{"fixed_params":{"x":0.5}}})";
  return {
      study + "\fA{}\fR{\"step\":1,\"value\":0.5}\fT{\"value\":0.25,\"user_attrs\":{\"a\":1}}",
      study + "\fA{\"worker\":\"w\"}\fT{\"state\":\"fail\"}\fA\fP",
      study + "\fC{\"study\":\"s\",\"activations\":[\"tanh(x)\",\"x\"],\"by\":\"me\"}\fA",
      study + "\fJ" + queued + "\fA\fT{\"values\":[1]}",
      "J" + create + "\n" + trial + "\n" + param + "\n" + value + "\n" + attribute + "\n" + state};
}

std::vector<std::string> words() {
  return {"\f",
          "\n",
          "{}",
          "[]",
          "null",
          "NaN",
          "-1",
          "1e999",
          "2147483648",
          "\"s\"",
          "\"name\":",
          "\"space\":",
          "\"log\":",
          "\"low\":",
          "\"values\":",
          "\"state\":",
          "\"step\":",
          "\"trials\":",
          "\\u0000",
          "\"retries\":",
          "\"lease\":",
          "\"op_code\":",
          "\"retry_history\":",
          "A",
          "T"};
}

void run(std::string_view input) {
  const MemoryFolder folder;
  Store store(folder.path() + "/j.log");
  double now = 0;
  AskTell service(store, [&] { return now += 300; });
  while (!input.empty()) {
    const std::string_view piece = input.substr(0, input.find('\f'));
    input.remove_prefix(std::min(piece.size() + 1, input.size()));
    if (piece.empty()) continue;
    try {
      request(store, service, piece.front(), std::string(piece.substr(1)));
    } catch (const space::Error& error) {
      require(!error.message().empty(), "refused without a reason");
    }
  }
  service.sweep();
  require_reads_back(store, service);
}

}  // namespace antigrad::fuzz
