// Asking, training, telling.
#include "experiments/app/remote/remote_worker.hpp"

#include <fmt/format.h>
#include <sys/random.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>
#include <vector>

#include "experiments/app/command_slots.hpp"
#include "experiments/app/remote/code_fetch.hpp"
#include "experiments/app/remote/lease_keeper.hpp"
#include "experiments/app/remote/study_copy.hpp"
#include "experiments/app/remote/training.hpp"
#include "experiments/app/trainer_library.hpp"
#include "kernels/cache.hpp"
#include "search/record.hpp"
#include "search/service/remote_work.hpp"
#include "search/worker.hpp"
#include "space/error.hpp"
#include "trainer/measure/event_file.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using SteadyClock = std::chrono::steady_clock;

// Machine and process for people; the rest so that no two workers ever have one key.
std::string new_name() {
  char host[256] = "worker";
  ::gethostname(host, sizeof host - 1);
  std::uint64_t chance = 0;
  if (::getrandom(&chance, sizeof chance, 0) != sizeof chance)
    chance = static_cast<std::uint64_t>(SteadyClock::now().time_since_epoch().count());
  return fmt::format("{}-{}-{:016x}", host, ::getpid(), chance);
}

}  // namespace

/// A study that there may be work for.
struct RemoteWorker::Place {
  std::string study, at, files, yaml, gradient;
};

/// What it takes to train a study; the last one stays.
struct RemoteWorker::Desk {
  std::string text;    // the server's
  std::string events;  // folder of event files
  search::StudyConfig config;
  std::unique_ptr<trainer::Evaluator> evaluator;
  std::string activation{};  // whose runs are kept
};

RemoteWorker::RemoteWorker(RemoteWorkerOptions options, const Interrupt& interrupt)
    : options_(std::move(options)),
      interrupt_(interrupt),
      client_(options_.client, interrupt.stop()),
      spool_(options_.spool),
      name_(new_name()) {}

RemoteWorker::~RemoteWorker() = default;

std::string RemoteWorker::new_key() { return fmt::format("{}-{}", name_, keys_++); }

std::vector<RemoteWorker::Place> RemoteWorker::places(bool& done) const {
  const Client::Answer answer = client_.get("/v1/work");
  if (!answer.good()) throw space::Error(fmt::format("{}: {}", client_.url(), answer.message()));
  const Json json = answer.json();
  std::vector<Place> all;
  done = true;
  for (const Json& row : json.at("work")) {
    const std::string study = row.at("study").get<std::string>();
    if (!options_.only.empty() && options_.only != study) continue;
    all.push_back({study, row.at("at").get<std::string>(), row.at("files").get<std::string>(),
                   row.at("yaml").get<std::string>(), row.value("gradient", "")});
    done = done && row.at("done").get<bool>();
  }
  done = done && !all.empty();
  return all;
}

RemoteWorker::Desk& RemoteWorker::desk_of(const Place& place) {
  if (desk_ != nullptr && desk_->text == place.yaml) return *desk_;
  desk_.reset();
  const std::string file = options_.study.empty()
                               ? copy_study(client_, place.yaml, place.files, options_.folder)
                               : own_study(std::filesystem::absolute(options_.study).string(),
                                           place.yaml, options_.folder);
  auto desk = std::make_unique<Desk>();
  desk->text = place.yaml;
  desk->config = search::load_study(file);
  desk->events = (std::filesystem::path(file).parent_path() / "tb").string();
  if (options_.fetch_code) fetch_code(client_, kernels::cache_folder());
  if (desk->config.command.command.empty()) {
    search::WorkerOptions options;
    options.argv = {program_path(), "worker", file};
    options.limits = desk->config.limits;
    options.cancel = &cancel_;
    desk->evaluator = search::make_process_evaluator(std::move(options));
  } else {
    desk->evaluator = command_evaluators(desk->config, &cancel_)(0);
  }
  desk_ = std::move(desk);
  return *desk_;
}

bool RemoteWorker::ask(const Place& place, Json& trial) {
  const Client::Answer answer = client_.post(place.at + "/ask", {{"worker", name_}}, new_key());
  trial = answer.json();
  return answer.good();
}

void RemoteWorker::give_back(const std::string& trial) const {
  try {
    client_.post(trial + "/release", Json::object(), "");
  } catch (const ServerGone& e) {  // its lease ends
    fmt::print(stderr, "{} was not given back: {}\n", trial, e.what());
  }
}

void RemoteWorker::train(const Place& place, const Json& asked) {
  Desk& desk = *desk_;
  const std::string trial = fmt::format("{}/trials/{}", place.at, asked.at("number").get<int>());
  const Json lease = asked.value("lease", Json());
  cancel_ = false;
  Json body;
  bool lost = false;
  try {
    LeaseKeeper keeper(client_, trial, lease.is_number() ? lease.get<double>() : 60,
                       interrupt_.terminated(), cancel_);
    body = train_trial(
        asked, place.gradient, desk.config, *desk.evaluator, [&](int step, double value) {
          const Client::Answer answer =
              client_.post(trial + "/report", {{"step", step}, {"value", value}}, new_key());
          if (!answer.good()) cancel_ = true;
          return cancel_ || answer.json().value("prune", false);
        });
    lost = keeper.lost();
  } catch (const space::Error&) {
    if (!cancel_) {  // this machine's fault, not the trial's
      give_back(trial);
      throw;
    }
  }
  if (cancel_) {
    if (!lost) give_back(trial);
    fmt::print(stderr, "{}: {}\n", trial, lost ? "another worker has it now" : "given back");
    return;
  }
  const Told told{
      client_.url(), trial,           asked.value("datetime_start", Json("")).get<std::string>(),
      new_key(),     std::move(body), events_of(asked)};
  spool_.keep(told);
  taken_ += spool_.deliver(client_, told) ? 1 : 0;
}

// Of an activation's rungs the server has no run directory, so theirs stay.
std::string RemoteWorker::events_of(const Json& trial) const {
  const Json& attrs = trial.at("user_attrs");
  const auto request = attrs.find(search::kEvaluateAttribute);
  if (request == attrs.end()) return "";
  const std::string path =
      trainer::event_path(desk_->events, search::evaluation_from_json(*request));
  return std::filesystem::exists(path) ? path : "";
}

// Files are fetched before a trial is asked for: its lease is not for that.
bool RemoteWorker::work_at(const Place& place) {
  desk_of(place);
  bool worked = false;
  for (Json trial; !interrupt_.stop() && ask(place, trial); worked = true) {
    const auto& attrs = trial.at("user_attrs");
    const std::string activation = search::to_text(
        attrs.contains("evaluate") ? attrs.at("evaluate").value("activation", Json())
                                   : trial.at("number"));
    if (activation != desk_->activation) desk_->evaluator->forget();
    desk_->activation = activation;
    train(place, trial);
  }
  return worked;
}

int RemoteWorker::run() {
  constexpr std::chrono::milliseconds kFirst{50}, kLongest{1500};
  spool_.deliver_left(client_);
  auto pause = kFirst;
  auto last = SteadyClock::now();
  while (!interrupt_.stop()) {
    bool done = false, worked = false;
    for (const Place& place : places(done))
      if (!interrupt_.stop()) worked = work_at(place) || worked;
    if (done && !worked) break;
    if (worked) last = SteadyClock::now();
    const std::chrono::duration<double> idle = SteadyClock::now() - last;
    if (options_.idle > 0 && idle.count() > options_.idle) break;
    pause = worked ? kFirst : std::min(2 * pause, kLongest);
    std::this_thread::sleep_for(pause);
  }
  return taken_;
}

}  // namespace antigrad::app
