// Optuna's verbs on a journal, without a server: studies, trials, best-trial, ask, tell.
#include <fmt/format.h>

#include <filesystem>

#include "experiments/app/commands.hpp"
#include "experiments/app/journal_path.hpp"
#include "search/service/ask_tell.hpp"
#include "search/service/trial_json.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::Refusal;

/// Calls f with a service on the journal; a refusal is the caller's error.
template <class F>
Json served(const Arguments& arguments, bool must_exist, F f) {
  const std::string path = journal_path(arguments);
  if (must_exist && !std::filesystem::exists(path))
    throw space::Error({path, 0, 0}, "there is no journal; --storage names another");
  search::Store store(path);
  search::AskTell service(store);
  return f(service);
}

Json cell(const Json& value) {
  return value.is_structured() ? Json(search::to_text(value)) : value;
}

void print_trials(const Json& trials, Format format) {
  if (format == Format::json) return print(search::to_text(trials) + "\n");
  Listing listing({"number", "state", "values", "params", "user_attrs", "start", "complete"});
  for (const Json& trial : trials)
    listing.add({trial["number"], trial["state"], trial["values"], cell(trial["params"]),
                 cell(trial["user_attrs"]), trial["datetime_start"], trial["datetime_complete"]});
  print(listing.text(format));
}

std::vector<double> values_from(const std::string& text) {
  std::vector<double> values;
  for (std::size_t begin = 0; begin <= text.size() && !text.empty();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string word = text.substr(begin, end - begin);
    char* rest = nullptr;
    values.push_back(std::strtod(word.c_str(), &rest));
    if (word.empty() || *rest != '\0')
      throw space::Error(fmt::format("--values: expected numbers like 0.5,1, got \"{}\"", text));
    begin = end + 1;
  }
  return values;
}

}  // namespace

int studies_command(const Arguments& arguments) {
  const Json studies =
      served(arguments, true, [](search::AskTell& service) { return service.studies(); });
  Listing listing({"id", "name", "directions", "trials", "states", "best"});
  for (const Json& study : studies)
    listing.add({study["id"], study["name"], study["directions"], study["trials"],
                 cell(study["states"]), cell(study.value("best", Json()))});
  print(listing.text(arguments.format));
  return 0;
}

int trials_command(const Arguments& arguments) {
  print_trials(served(arguments, true,
                      [&](search::AskTell& service) {
                        return service.trials(arguments.subject, 0, 1'000'000'000);
                      }),
               arguments.format);
  return 0;
}

int best_trial_command(const Arguments& arguments) {
  const Json best = served(arguments, true, [&](search::AskTell& service) {
    const Json study = service.study(arguments.subject);
    if (!study.contains("best"))
      throw space::Error(fmt::format(
          "\"{}\" has no best trial: no complete one, or several objectives", arguments.subject));
    return Json::array(
        {service.trial(arguments.subject, study.at("best").at("number").get<int>())});
  });
  print_trials(best, arguments.format);
  return 0;
}

// One line of JSON, for scripts; the journal and the study are made when --space is given.
int ask_command(const Arguments& arguments) {
  const Json trial = served(arguments, arguments.space.empty(), [&](search::AskTell& service) {
    if (!arguments.space.empty())
      service.create_study(
          {{"name", arguments.subject}, {"space", search::parse_json(arguments.space)}}, {});
    return service.ask(arguments.subject, Json::object(), {});
  });
  print(search::to_text(trial) + "\n");
  return 0;
}

int tell_command(const Arguments& arguments) {
  Json request{{"state", arguments.state}};
  const std::vector<double> values = values_from(arguments.values);
  if (!values.empty()) request["values"] = values;
  const Json trial = served(arguments, true, [&](search::AskTell& service) {
    return service.tell(arguments.subject, *arguments.trial, request, {});
  });
  print(search::to_text(trial) + "\n");
  return 0;
}

}  // namespace antigrad::app
