// What `antigrad serve` answers: the tables of routes, one function a door.
#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "experiments/app/http_server.hpp"
#include "experiments/app/remote/file_shelf.hpp"
#include "search/page/gallery.hpp"
#include "search/service/ask_tell.hpp"
#include "search/service/store.hpp"

namespace antigrad::app {

/// A study that the server itself searches, with workers elsewhere.
struct ServedStudy {
  search::AskTell& work;  // its evaluations, in a study of its name
  std::string name, yaml;
  const std::atomic<bool>& done;
  std::string events{};  // folder of its event files
};

/// What the routes share; it outlives them.
struct Serving {
  search::Store& store;
  search::AskTell& ask_tell;
  search::page::Gallery& gallery;
  const std::atomic<bool>& stop;  // ends waiting
  std::string dashboard{};        // folder of optuna-dashboard's front-end; "" = none
  FileShelf* shelf = nullptr;     // files for workers; none: they must have them
  const ServedStudy* study = nullptr;
};

/// All of them, with what they throw as answers: {"error": a word, "message": what, way out}.
std::vector<HttpRoute> service_routes(Serving& serving);

// journal_routes.cpp: GET and POST /v1/journal.
std::vector<HttpRoute> journal_routes(Serving& serving);
// study_routes.cpp: studies and trials in JSON.
std::vector<HttpRoute> study_routes(Serving& serving);
// The same for a study's trials alone: ask, report, tell. prefix: "/v1".
std::vector<HttpRoute> trial_routes(search::AskTell& service, const std::string& prefix);
// work_routes.cpp: what workers of other machines need.
std::vector<HttpRoute> work_routes(Serving& serving);
// page_door.cpp: the live page.
std::vector<HttpRoute> page_routes(Serving& serving);

// dashboard_door.cpp: optuna-dashboard's front-end.
std::vector<HttpRoute> dashboard_routes(Serving& serving);

/// What `antigrad serve --help` says beyond its options.
std::string serve_help();

// event_door.cpp: event files of trainings elsewhere.
std::vector<HttpRoute> event_routes(Serving& serving);

/// An answer in JSON.
HttpAnswer json_answer(const search::Json& json, int status = 200);

/// A number of the query, 0 when it is not there. Throws search::Refusal 400.
std::size_t number_asked(const HttpCall& call, const std::string& name, std::size_t most);

/// {trial} of the path. Throws search::Refusal 404 for what is no number.
int trial_number(const HttpCall& call);

/// The Idempotency-Key, "" when there is none. Throws search::Refusal 400 for one that is too long.
std::string key_name(const HttpCall& call);

}  // namespace antigrad::app
