// The engine in a thread, the routes in others, the journal of evaluations between them.
#include "experiments/app/remote/study_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <thread>

#include "experiments/app/commands.hpp"
#include "experiments/app/dashboard_files.hpp"
#include "experiments/app/forecast.hpp"
#include "experiments/app/interrupt.hpp"
#include "experiments/app/narrator.hpp"
#include "experiments/app/run_end.hpp"
#include "experiments/app/service_routes.hpp"
#include "experiments/app/slots.hpp"
#include "experiments/app/study_override.hpp"
#include "experiments/app/sweeper.hpp"
#include "search/engine.hpp"
#include "search/library/warm_start.hpp"
#include "search/measured_cost.hpp"
#include "search/quota.hpp"
#include "search/service/remote_work.hpp"
#include "space/ball_constants.hpp"
#include "space/yaml.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;

constexpr int kLeastSlots = 32, kFreeSlots = 128;
constexpr std::chrono::seconds kLinger{4};  // idle workers ask at least every 1.5 s

/// What the engine's thread is given and leaves.
struct Course {
  const search::StudyConfig& config;
  const search::RunDirectory& run;
  search::RemoteWork& work;
  const std::atomic<bool>& stop;
  const Arguments& arguments;
  std::atomic<bool> done{false}, end{false};  // the study; the server
  int code = 1;
  std::exception_ptr fault{};
};

// A deterministic study lets `lag` candidates train at a time, a free one any number. Slots wait.
search::SearchResult search_with_workers(Course& course) {
  const int slots =
      std::max(course.config.sampler.lag, course.config.deterministic ? kLeastSlots : kFreeSlots);
  search::Pool pool(slots, [&](int) { return course.work.evaluator(); });
  Narrator narrator(stderr);
  search::SearchOptions options;
  options.config = course.config;
  options.journal = course.run.journal();
  options.listener = &narrator;
  options.stop = &course.stop;
  options.spectrum = spectrum_of(course.config, course.run.study_yaml());
  return search::run_search(options, pool, measure_cost_of(course.config));
}

void run_course(Course& course) {
  try {
    const search::SearchResult result = search_with_workers(course);
    course.done = result.complete;
    course.code = end_run(course.run, result, course.arguments.format,
                          "serve " + course.config.file, search::quota_of(course.config.text));
    std::fflush(stdout);
  } catch (const search::RemoteStopped&) {
    fmt::print(stderr, "stopped before the end; the same command goes on, workers wait for it\n");
  } catch (...) {
    course.fault = std::current_exception();
    course.end = true;
  }
  const bool leave = course.arguments.until_done;
  const auto until = std::chrono::steady_clock::now() + kLinger;
  while (!course.stop && !course.end && (!leave || std::chrono::steady_clock::now() < until))
    std::this_thread::sleep_for(std::chrono::milliseconds{100});
  course.end = true;
}

}  // namespace

std::string data_root() {
  const char* const root = std::getenv("ANTIGRAD_DATA");
  return root == nullptr ? "" : root;
}

bool is_study_file(const std::string& word) {
  const std::string ending = fs::path(word).extension().string();
  return ending == ".yaml" || ending == ".yml";
}

int serve_study(const Arguments& arguments, const HttpServerOptions& options,
                const std::function<void(int port)>& listening) {
  search::StudyConfig config = with_overrides(
      search::load_study(arguments.subject, arguments.define), arguments.trials, arguments.seed);
  checked_tasks(config);
  if (config.stacked > 1)
    space::Yaml::parse(config.text, config.file)
        .at("stacked")
        .fail(fmt::format("workers of a server train one candidate at a time; got stacked: {}, "
                          "expected none: remove the key, or `antigrad search` on one machine",
                          config.stacked));
  const auto how = arguments.fresh ? search::Start::fresh : search::Start::start;
  const search::RunDirectory run = search::prepare_run(arguments.root, config, how);
  search::keep_library(config, run.journal());
  const Interrupt interrupt(
      "stopping: what workers train now is taken when the same command goes on");
  search::Store journal(run.journal()), work_journal(run.path + "/work.log");
  search::AskTell ask_tell(journal), work_door(work_journal);
  search::page::Gallery gallery(run.path);
  search::RemoteWork work(work_journal, work_door, config.name, {.lease = arguments.lease},
                          interrupt.stop());
  Course course{config, run, work, interrupt.stop(), arguments};
  FileShelf shelf(data_root());
  const ServedStudy study{work_door, config.name, config.text, course.done, run.events()};
  Serving serving{journal, ask_tell, gallery, course.end, dashboard_folder(arguments.dashboard),
                  &shelf,  &study};
  const Sweeper sweeper(work_door);
  std::jthread engine;  // once the port is taken: a server that cannot listen searches nothing
  http_serve(
      options, service_routes(serving),
      [&](int port) {
        listening(port);
        engine = std::jthread([&] {
          run_course(course);
          space::free_ball_constants();
        });
      },
      course.end);
  engine.join();
  if (course.fault) std::rethrow_exception(course.fault);
  return course.code;
}

}  // namespace antigrad::app
