// The server's routes without a socket: requests one after another, each found by the router,
// decoded and answered by its handler, as network/server.cpp does. No answer is an internal error,
// JSON is JSON, nothing outside the served folder is told, and what was done is in the journal,
// which reads back. Form feeds stand between requests; a request is "METHOD TARGET", then lines of
// headers, a blank line, a body.
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>

#include "experiments/app/network/router.hpp"
#include "experiments/app/service_routes.hpp"
#include "memory_folder.hpp"
#include "search/record.hpp"
#include "search/service/remote_work.hpp"
#include "target.hpp"

namespace antigrad::fuzz {
namespace {

using namespace search;
using app::HttpAnswer;
using app::HttpCall;

/// A server's world: runs/journal.log, and a secret beside runs/.
class World {
 public:
  World() {
    std::filesystem::create_directories(root());
    std::ofstream(folder_.path() + "/secret") << secret();
    std::ofstream(folder_.path() + "/journal.log") << secret();
  }
  std::string root() const { return folder_.path() + "/runs"; }
  /// Another in each world: libFuzzer sees what is compared, and would ask with it, whereupon a
  /// refusal that quotes the question tells it.
  std::string secret() const {
    return fmt::format("{:016x}", std::hash<std::string>{}(folder_.path()));
  }

 private:
  MemoryFolder folder_;
};

std::string_view taken(std::string_view& text, char end) {
  const std::string_view piece = text.substr(0, text.find(end));
  text.remove_prefix(std::min(piece.size() + 1, text.size()));
  return piece;
}

void read_query(std::string_view text, HttpCall& call) {
  while (!text.empty()) {
    std::string_view pair = taken(text, '&');
    const std::string name = app::percent_decoded(taken(pair, '='));
    std::string value = app::percent_decoded(pair);
    // Waiting is for news that nobody brings here.
    if (name == "wait" && value.find_first_not_of("0123456789") == value.npos) value = "0";
    call.query.emplace(name, value);
  }
}

/// Its route's parts are not filled in.
HttpCall call_of(std::string_view text) {
  HttpCall call;
  std::string_view first = taken(text, '\n');
  call.method = taken(first, ' ');
  call.path = taken(first, '?');
  if (!call.path.starts_with('/')) call.path = '/' + call.path;
  read_query(first, call);
  while (!text.empty()) {
    std::string_view line = taken(text, '\n');
    if (line.empty()) break;
    const std::string name(taken(line, ':'));
    call.headers.emplace(name, line);
  }
  call.body = text;
  return call;
}

void check(const HttpCall& call, HttpAnswer answer, const World& world) {
  const std::string what = call.method + " " + call.path;
  require(answer.status >= 200 && answer.status < 600 && answer.status != 500,
          fmt::format("{} answers {}: {}", what, answer.status, answer.body));
  for (int i = 0; answer.stream && i < 3; ++i) {
    const auto piece = answer.stream();
    if (!piece) break;
    answer.body += *piece;
  }
  require(answer.body.find(world.secret()) == answer.body.npos, what + " tells what lies outside");
  if (answer.type != "application/json") return;
  const Json json = Json::parse(answer.body, nullptr, false);
  require(!json.is_discarded(), what + " answers with what is no JSON: " + answer.body);
  require(answer.status < 400 || json.contains("error") || json.contains("reason"),
          what + " refuses without a reason");
}

void require_reads_back(Store& store, AskTell& service) {
  if (!std::filesystem::exists(store.path())) return;
  replay(read_journal(store.path()));
  Store again(store.path());
  AskTell other(again);
  require(service.studies() == other.studies(), "the file says other studies than the service");
}

std::string line(Json record) {
  record["worker_id"] = "w";
  return to_text(record) + "\n";
}

constexpr const char* kStudy =
    "study: toy\nbudget: {trials: 2}\nsampler: {name: random}\nhalving: {rungs: [{fraction: 1, "
    "seeds: 1}]}\nbaselines: [relu, gelu]\ntasks: [{name: images, steps: 40}]\n";

/// A journal of a study of ours with a trial, for the routes of the page; its text may come last.
std::string ours(bool late) {
  Trial trial;
  trial.state = TrialState::complete;
  trial.candidate.activation = "0 | 0 | 1";
  trial.candidate.f = "where(x <= 0, 0, x)";
  trial.candidate.fingerprint = "00ff00ff00ff00ff";
  trial.candidate.operation = "random";
  trial.scores = {0.5};
  trial.steps = 40;
  trial.started = trial.completed = "2026-01-31T12:00:00.000000+00:00";
  Run run{"images", 0, 7000, {}, {{40, 0.5}}};
  run.measurement.curve = {{40, 1.5, 0.5, 0.25, 0.75}};
  trial.runs = {run};
  const std::string made = line({{"op_code", 0}, {"study_name", "toy"}, {"directions", {1}}}),
                    text = line({{"op_code", 2},
                                 {"study_id", 0},
                                 {"user_attr", {{"antigrad:study", kStudy}}}}),
                    done = line(to_record(trial, 0));
  return late ? made + done + text : made + text + done;
}

/// Work that a search has left for somebody.
void queue_evaluation(Store& store, AskTell& work) {
  work.create_study({{"name", "toy"}}, {});
  const trainer::Evaluation request{"0 | 0 | 1", "images", 7000, 40, "0"};
  store.commit([&](const View&) -> std::vector<Entry> {
    return {store.entry({{"op_code", 4},
                         {"study_id", 0},
                         {"state", static_cast<int>(TrialState::waiting)},
                         {"datetime_start", nullptr},
                         {"user_attrs", {{kEvaluateAttribute, to_json(request)}}}})};
  });
}

}  // namespace

std::vector<std::string> seeds() {
  const std::string create =
      "POST /v1/studies\n\n{\"name\":\"s\",\"space\":{\"x\":{\"type\":\"float\",\"low\":0,"
      "\"high\":1}},\"trials\":3,\"pruner\":\"median\"}\f";
  return {
      create +
          "POST /v1/studies/s/ask\nidempotency-key:k\n\n{\"worker\":\"w\"}\f"
          "POST /v1/studies/s/trials/0/report\n\n{\"step\":1,\"value\":0.5}\f"
          "GET /v1/studies/0/trials/0/should_prune\f"
          "POST /v1/studies/s/trials/0/tell\n\n{\"value\":0.25,\"user_attrs\":{\"a\":1}}\f"
          "GET /v1/studies/s/trials?from=0&count=10\fGET /v1/studies",
      create +
          "POST /v1/candidates\n\n{\"study\":\"s\",\"activations\":[\"tanh(x)\"]}\f"
          "POST /v1/studies/s/ask\fGET /v1/journal?from=1&wait=0\fGET /api/studies\f"
          "GET /api/studies/0?after=0\fGET /api/studies/0/param_importances",
      "POST /v1/journal\n\n" + ours(true) +
          "\fGET /v1/page/trial?run=runs&study=toy&number=0\fGET /v1/page/study?run=runs&study=toy",
      "S\fPOST /v1/work/studies/toy/ask\n\n{}\f"
      "POST /v1/work/studies/toy/trials/0/events\n\nno events\fGET /v1/work\f"
      "GET /v1/work/studies/toy/files\fGET /v1/work/code?compiler=NVRTC&architecture=..\f"
      "POST /v1/work/studies/toy/trials/0/tell\n\n{\"value\":1}",
      "POST /v1/journal?from=0\nidempotency-key:j\n\n" + ours(false) +
          "\fGET /v1/page/studies\fGET /v1/page/study?run=runs&study=toy&wait=1\f"
          "GET /v1/page/curves?run=runs&study=toy\fGET "
          "/v1/page/trial?run=runs&study=toy&number=0\f"
          "GET /v1/page/drawings?run=runs&study=toy&trials=0\f"
          "GET /v1/page/export?run=runs&study=toy&trial=0&target=c\f"
          "GET /v1/page/file?run=runs&name=journal.log",
      "GET /\fGET /page/main.js\fGET /v1\fGET /v1/openapi.json\fGET /v1/docs\fGET /api/meta\f"
      "GET /v1/page/targets",
      "GET /v1/page/file?run=..&name=journal.log\fGET /v1/page/file?run=runs&name=..%2Fsecret\f"
      "GET /page/..%2F..%2Fsecret\fGET /v1/studies/%2e%2e%2fsecret\fDELETE /v1/studies"};
}

std::vector<std::string> words() {
  return {"\f",
          "\n",
          "\n\n",
          "GET /",
          "POST /v1/",
          "studies/",
          "trials/",
          "%2e%2e%2f",
          "../secret",
          "?from=",
          "&run=runs",
          "&study=toy",
          "&number=",
          "&name=",
          "journal.log",
          "idempotency-key:",
          "{}",
          "[]",
          "null",
          "NaN",
          "-1",
          "1e999",
          "2147483648",
          "%00",
          "%",
          "\\u0000",
          "\"value\":",
          "\"op_code\":",
          "\"trial_id\":",
          "x*sigmoid(x)"};
}

void run(std::string_view input) {
  const World world;
  Store store(world.root() + "/journal.log");
  double now = 0;
  AskTell service(store, [&] { return now += 300; });
  page::Gallery gallery(world.root());
  const std::atomic<bool> stop = true;
  // "S" in front: a server that searches a study with workers elsewhere.
  const bool searches = input.starts_with("S\f");
  Store work_store(world.root() + "/work.log");
  AskTell work(work_store, [&] { return now += 300; });
  app::FileShelf shelf(world.root());
  const std::atomic<bool> done = false;
  const app::ServedStudy study{work, "toy", kStudy, done, world.root() + "/tb"};
  app::Serving serving{store, service, gallery, stop, "", &shelf, searches ? &study : nullptr};
  if (searches) queue_evaluation(work_store, work);
  const std::vector<app::HttpRoute> routes = app::service_routes(serving);
  while (!input.empty()) {
    HttpCall call = call_of(taken(input, '\f'));
    app::Routed routed = app::route_of(routes, call.method, call.path);
    if (routed.route == nullptr || call.body.size() > routed.route->longest_body) continue;
    call.parts = std::move(routed.parts);
    check(call, routed.route->handle(call), world);
  }
  service.sweep();
  if (searches) require_reads_back(work_store, work);
  require_reads_back(store, service);
}

}  // namespace antigrad::fuzz
