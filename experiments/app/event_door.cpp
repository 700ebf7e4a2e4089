// Event files of trainings that workers elsewhere did, for the run directory of a study that this
// server searches.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "experiments/app/open_api.hpp"
#include "experiments/app/remote/event_upload.hpp"
#include "experiments/app/remote/study_copy.hpp"
#include "experiments/app/service_routes.hpp"
#include "search/record.hpp"
#include "search/service/remote_work.hpp"
#include "space/error.hpp"
#include "trainer/measure/event_file.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Json;
using search::Refusal;

/// Where the events of a trial belong, by what was asked of it; its names are the study's own.
fs::path place_of(const std::string& folder, const Json& trial) {
  const Json& attrs = trial.at("user_attrs");
  const auto asked = attrs.find(search::kEvaluateAttribute);
  if (asked == attrs.end()) throw Refusal(404, "no_events", "this trial is no evaluation");
  const trainer::Evaluation request = search::evaluation_from_json(*asked);
  const fs::path place = fs::path(trainer::event_path(folder, request)).lexically_normal();
  const bool below = !request.trial.empty() && !place.lexically_relative(folder).empty() &&
                     *place.lexically_relative(folder).begin() != "..";
  if (!below) throw Refusal(404, "no_events", "no event files are kept of this trial");
  return place;
}

/// Not under tb/ before it is whole: TensorBoard looks there.
void keep(const std::string& folder, const fs::path& place, const std::string& bytes) {
  static std::atomic<int> count = 0;
  const std::string part = fmt::format("{}.{}.{}", folder, ::getpid(), count++);
  write_whole(part, bytes);
  std::error_code none;
  try {
    if (trainer::read_events(part).empty()) throw space::Error("it holds no event");
  } catch (const space::Error& e) {
    fs::remove(part, none);
    throw Refusal(400, "bad_events", fmt::format("no event file: {}", e.message()));
  }
  fs::create_directories(place.parent_path(), none);
  fs::rename(part, place, none);
  if (!none) return;
  fs::remove(part, none);
  throw space::Error({place.string(), 0, 0}, "the event file cannot be kept");
}

HttpAnswer keep_events(Serving& serving, const HttpCall& call) {
  const std::string folder = fs::path(serving.study->events).lexically_normal().string();
  const Json trial = serving.study->work.trial(call.parts.at("study"), trial_number(call));
  if (trial.at("state") != "running")
    throw Refusal(409, "finished", "this trial has its result, or went to another worker");
  keep(folder, place_of(folder, trial), call.body);
  return json_answer({{"kept", call.body.size()}});
}

}  // namespace

std::vector<HttpRoute> event_routes(Serving& serving) {
  if (serving.study == nullptr) return {};
  return {{"POST", "/v1/work/studies/{study}/trials/{trial}/events",
           "the event file of a trial's training, before its result",
           [&](const HttpCall& call) { return keep_events(serving, call); }, kLongestEvents,
           bytes_operation("an event file as TensorBoard reads it")}};
}

}  // namespace antigrad::app
