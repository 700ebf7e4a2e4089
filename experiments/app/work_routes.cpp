// What workers of other machines need: which studies there is work for, their text, their files by
// sha256; and the evaluations of a study that this server searches.
#include "experiments/app/open_api.hpp"
#include "experiments/app/remote/client.hpp"
#include "experiments/app/service_routes.hpp"
#include "kernels/cache.hpp"
#include "search/service/budget.hpp"
#include "search/service/requests.hpp"
#include "search/service/settings.hpp"
#include "search/service/trial_json.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::Refusal;
using search::StoredStudy;
using search::TrialState;

constexpr const char* kTextAttribute = "antigrad:study";
constexpr const char* kGradientAttribute = "antigrad:gradient";

std::string text_attribute(const StoredStudy& study, const char* name) {
  const auto at = study.user_attrs.find(name);
  return at != study.user_attrs.end() && at->is_string() ? at->get<std::string>() : "";
}

std::string files_route(const std::string& study) {
  return "/v1/work/studies/" + url_encoded(study) + "/files";
}

/// Every trial of its budget has a result.
bool is_done(const StoredStudy& study) {
  const auto settings = study.system_attrs.find(search::kSettingsAttribute);
  if (settings == study.system_attrs.end() || !settings->is_object()) return false;
  const auto trials = settings->find("trials");
  if (trials == settings->end() || !trials->is_number_integer()) return false;
  const bool open =
      std::any_of(study.trials.begin(), study.trials.end(), [](const search::StoredTrial& trial) {
        return trial.state == TrialState::running || trial.state == TrialState::waiting;
      });
  return !open && search::budget_used(study) >= trials->get<std::int64_t>();
}

Json work_of(const ServedStudy& study) {
  return {{"study", study.name},
          {"at", "/v1/work/studies/" + url_encoded(study.name)},
          {"files", files_route(study.name)},
          {"yaml", study.yaml},
          {"done", study.done.load()}};
}

HttpAnswer list_work(Serving& serving) {
  Json work = Json::array();
  if (serving.study != nullptr) {
    work.push_back(work_of(*serving.study));
    return json_answer({{"work", work}});
  }
  serving.store.read([&](const search::View& view) {
    for (const StoredStudy& study : view.journal.state().studies) {
      const std::string text = text_attribute(study, kTextAttribute);
      if (text.empty()) continue;
      work.push_back({{"study", study.name},
                      {"at", "/v1/studies/" + url_encoded(study.name)},
                      {"files", files_route(study.name)},
                      {"yaml", text},
                      {"gradient", text_attribute(study, kGradientAttribute)},
                      {"done", is_done(study)}});
    }
  });
  return json_answer({{"work", work}});
}

HttpAnswer list_files(Serving& serving, const std::string& name) {
  std::string text;
  const bool own = serving.study != nullptr && serving.study->name == name;
  if (own) text = serving.study->yaml;
  if (!own)
    serving.store.read([&](const search::View& view) {
      text = text_attribute(search::study_called(view, name), kTextAttribute);
    });
  Json paths = Json::array();
  search::refuse_bad([&] {
    if (!text.empty() && serving.shelf != nullptr) paths = serving.shelf->list(text, own);
  });
  return json_answer({{"paths", paths}});
}

HttpAnswer list_code(Serving& serving, const HttpCall& call) {
  Json files = Json::array();
  search::refuse_bad([&] {
    if (serving.shelf != nullptr)
      files = serving.shelf->code(kernels::cache_folder(), call.asked("compiler"),
                                  call.asked("architecture"));
  });
  return json_answer({{"files", files}});
}

HttpAnswer give_file(Serving& serving, const HttpCall& call) {
  const auto from = number_asked(call, "from", FileShelf::kMostBytes);
  std::optional<std::string> piece;
  if (serving.shelf != nullptr) piece = serving.shelf->piece(call.parts.at("sha256"), from);
  if (!piece) throw Refusal(404, "no_file", "no file with this sha256 was listed, or it changed");
  return {.body = std::move(*piece), .type = "application/octet-stream"};
}

std::string code_operation() {
  Json details = search::parse_json(operation({}, "", "CodeList"));
  const auto demand = [&](const char* name, const char* pattern) {
    details["parameters"].push_back({{"name", name},
                                     {"in", "query"},
                                     {"required", true},
                                     {"schema", {{"type", "string"}, {"pattern", pattern}}}});
  };
  demand("compiler", "^NVRTC ");
  demand("architecture", ".");
  return search::to_text(details);
}

}  // namespace

std::vector<HttpRoute> work_routes(Serving& serving) {
  std::vector<HttpRoute> routes = {
      {"GET", "/v1/work", "studies that workers can train",
       [&](const HttpCall&) { return list_work(serving); }, 0, operation({}, "", "WorkList")},
      {"GET", "/v1/work/studies/{study}/files", "files that a study names, by sha256",
       [&](const HttpCall& call) { return list_files(serving, call.parts.at("study")); }, 0,
       operation({}, "", "FileList")},
      {"GET", "/v1/work/code",
       "machine code of the server's cache for ?compiler=NVRTC 13.0&architecture=sm_90, by sha256",
       [&](const HttpCall& call) { return list_code(serving, call); }, 0, code_operation()},
      {"GET", "/v1/work/files/{sha256}", "a piece of a listed file, from byte ?from= on",
       [&](const HttpCall& call) { return give_file(serving, call); }, 0,
       operation({{"from", FileShelf::kMostBytes}}, "", "")},
  };
  if (serving.study == nullptr) return routes;
  for (HttpRoute& route : trial_routes(serving.study->work, "/v1/work"))
    routes.push_back(std::move(route));
  return routes;
}

}  // namespace antigrad::app
