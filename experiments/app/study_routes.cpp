// Studies and trials in JSON, for workers of any language.
#include "experiments/app/open_api.hpp"
#include "experiments/app/service_routes.hpp"
#include "search/service/journal_door.hpp"
#include "search/service/requests.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::Key;
using search::Refusal;

constexpr std::size_t kLongestBody = std::size_t{1} << 20;
constexpr std::size_t kLongestResult = std::size_t{4} << 20;  // learning curves of many runs
constexpr int kTrialsAtOnce = 1000, kMostTrials = 1'000'000'000;

/// The request's key, with what it asks.
Key key_of(const HttpCall& call) {
  return {key_name(call), search::digest_of(call.path + "\n" + call.body)};
}

const std::string& study_of(const HttpCall& call) { return call.parts.at("study"); }

HttpAnswer add_candidates(Serving& serving, const HttpCall& call) {
  const Json request = search::body_json(call.body);
  const bool named =
      request.is_object() && request.contains("study") && request.at("study").is_string();
  if (!named) throw Refusal(400, "bad_request", "\"study\" is missing: its name");
  return json_answer(
      {{"candidates", serving.ask_tell.add_candidates(request.at("study").get<std::string>(),
                                                      request, key_of(call))}});
}

HttpAnswer list_trials(Serving& serving, const HttpCall& call) {
  const auto from = static_cast<int>(number_asked(call, "from", kMostTrials));
  const auto count = static_cast<int>(number_asked(call, "count", kTrialsAtOnce));
  return json_answer({{"trials", serving.ask_tell.trials(study_of(call), from,
                                                         count == 0 ? kTrialsAtOnce : count)}});
}

}  // namespace

std::vector<HttpRoute> trial_routes(search::AskTell& service, const std::string& prefix) {
  const std::string study = prefix + "/studies/{study}", trial = study + "/trials/{trial}";
  return {
      {"POST", study + "/ask", "the next trial for a worker, on lease",
       [&](const HttpCall& call) {
         return json_answer(
             service.ask(study_of(call), search::body_json(call.body), key_of(call)));
       },
       kLongestBody, operation({}, "Ask", "Trial", true)},
      {"GET", trial, "one trial",
       [&](const HttpCall& call) {
         return json_answer(service.trial(study_of(call), trial_number(call)));
       },
       0, operation({}, "", "Trial")},
      {"POST", trial + "/report",
       "an intermediate value; says whether to prune, and renews the lease",
       [&](const HttpCall& call) {
         return json_answer(service.report(study_of(call), trial_number(call),
                                           search::body_json(call.body), key_of(call)));
       },
       kLongestBody, operation({}, "Report", "Pruning")},
      {"GET", trial + "/should_prune", "whether to prune by what was reported; renews the lease",
       [&](const HttpCall& call) {
         return json_answer(service.should_prune(study_of(call), trial_number(call)));
       },
       0, operation({}, "", "Pruning")},
      {"POST", trial + "/tell", "the result of a trial",
       [&](const HttpCall& call) {
         return json_answer(service.tell(study_of(call), trial_number(call),
                                         search::body_json(call.body), key_of(call)));
       },
       kLongestResult, operation({}, "Result", "Trial")},
      {"POST", trial + "/release", "a worker that must go gives its trial back",
       [&](const HttpCall& call) {
         return json_answer(service.release(study_of(call), trial_number(call), key_of(call)));
       },
       kLongestBody, operation({}, "", "Trial")},
  };
}

std::vector<HttpRoute> study_routes(Serving& serving) {
  search::AskTell& service = serving.ask_tell;
  std::vector<HttpRoute> routes = {
      {"GET", "/v1/studies", "all studies",
       [&](const HttpCall&) {
         return json_answer({{"studies", service.studies()}});
       },
       0, operation({}, "", "StudyList")},
      {"POST", "/v1/studies", "make a study, or change its settings",
       [&](const HttpCall& call) {
         return json_answer(service.create_study(search::body_json(call.body), key_of(call)));
       },
       kLongestBody, operation({}, "NewStudy", "Study")},
      {"GET", "/v1/studies/{study}", "a study, by name or id",
       [&](const HttpCall& call) { return json_answer(service.study(study_of(call))); }, 0,
       operation({}, "", "Study")},
      {"GET", "/v1/studies/{study}/trials", "trials from number ?from= on, at most ?count=",
       [&](const HttpCall& call) { return list_trials(serving, call); }, 0,
       operation({{"from", kMostTrials}, {"count", kTrialsAtOnce}}, "", "TrialList")},
      {"POST", "/v1/candidates", "queue activations that a person or a program proposes",
       [&](const HttpCall& call) { return add_candidates(serving, call); }, kLongestBody,
       operation({}, "NewCandidates", "CandidateList")},
  };
  for (HttpRoute& route : trial_routes(service, "/v1")) routes.push_back(std::move(route));
  return routes;
}

}  // namespace antigrad::app
