// Files of results.
#include "experiments/app/remote/spool.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "experiments/app/remote/event_upload.hpp"
#include "experiments/app/remote/study_copy.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Json;

Json to_json(const Told& told) {
  return {{"server", told.server}, {"trial", told.trial},   {"asked", told.asked},
          {"key", told.key},       {"events", told.events}, {"body", told.body}};
}

Told told_from(const Json& json) {
  return {json.at("server").get<std::string>(),
          json.at("trial").get<std::string>(),
          json.at("asked").get<std::string>(),
          json.at("key").get<std::string>(),
          json.at("body"),
          json.value("events", "")};
}

}  // namespace

Spool::Spool(std::string folder) : folder_(std::move(folder)) {
  std::error_code bad;
  fs::create_directories(folder_, bad);
  if (bad)
    throw space::Error({folder_, 0, 0},
                       fmt::format("cannot make the folder for results: {}; name another with "
                                   "--spool DIR",
                                   bad.message()));
}

std::string Spool::path_of(const Told& told) const { return folder_ + "/" + told.key + ".json"; }

void Spool::keep(const Told& told) const {
  write_whole(path_of(told), search::to_text(to_json(told)));
}

bool Spool::deliver(const Client& client, const Told& told) const {
  if (!told.events.empty()) upload_events(client, told.trial, told.events);
  const Client::Answer answer = client.post(told.trial + "/tell", told.body, told.key);
  std::error_code gone;  // another worker may have delivered it
  fs::remove(path_of(told), gone);
  if (!answer.good()) fmt::print(stderr, "{}: not taken: {}\n", told.trial, answer.message());
  return answer.good();
}

void Spool::deliver_left(const Client& client) const {
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_)) {
    if (entry.path().extension() != ".json") continue;
    std::ifstream in(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    Told told;
    try {
      told = told_from(search::parse_json(text));
    } catch (const std::exception&) {  // not ours, or a disk that loses what it has synchronised
      continue;
    }
    if (told.server != client.url()) continue;
    const Client::Answer trial = client.get(told.trial);
    if (trial.good() && trial.json().value("datetime_start", Json()) == Json(told.asked)) {
      deliver(client, told);
    } else if (!trial.good() || trial.json().contains("datetime_start")) {
      std::error_code gone;
      fs::remove(entry.path(), gone);
    }
  }
}

}  // namespace antigrad::app
