// The journal as it is: what Optuna's JournalStorage reads and appends through
// antigrad.optuna.HttpJournalBackend.

#include "experiments/app/open_api.hpp"
#include "experiments/app/service_routes.hpp"
#include "search/service/journal_door.hpp"

namespace antigrad::app {
namespace {

constexpr std::size_t kLongestAnswer = std::size_t{1} << 20;  // each of slow clients holds one
constexpr std::size_t kLongestBody = std::size_t{16} << 20;
constexpr int kLongestWait = 25;  // seconds
constexpr std::size_t kMostRecords = 1'000'000'000'000;

// Journal-Records says how many records there are: more than the answer holds when it is long.
HttpAnswer lines_answer(Serving& serving, std::size_t from) {
  std::size_t total = 0;
  HttpAnswer answer{.body = serving.store.lines(from, kLongestAnswer, total),
                    .type = "application/x-ndjson"};
  answer.headers = {{"Journal-Records", std::to_string(total)}, {"Cache-Control", "no-store"}};
  return answer;
}

HttpAnswer read(Serving& serving, const HttpCall& call) {
  const std::size_t from = number_asked(call, "from", kMostRecords);
  const std::size_t seconds = number_asked(call, "wait", kLongestWait);
  if (seconds > 0) serving.store.wait(from, std::chrono::seconds{seconds});
  return lines_answer(serving, from);
}

HttpAnswer append(Serving& serving, const HttpCall& call) {
  const std::size_t appended = search::append_journal(serving.store, call.body, key_name(call));
  if (call.query.count("from") == 0) return json_answer({{"appended", appended}});
  return lines_answer(serving, number_asked(call, "from", kMostRecords));
}

}  // namespace

std::vector<HttpRoute> journal_routes(Serving& serving) {
  return {
      {"GET", "/v1/journal", "records of the journal from number ?from= on, a line each",
       [&](const HttpCall& call) { return read(serving, call); }, 0,
       journal_operation({{"from", kMostRecords}, {"wait", kLongestWait}}, "")},
      {"POST", "/v1/journal", "append records, a line each, all or none",
       [&](const HttpCall& call) { return append(serving, call); }, kLongestBody,
       journal_operation({{"from", kMostRecords}}, "records as Optuna writes them, a line each")},
  };
}

}  // namespace antigrad::app
