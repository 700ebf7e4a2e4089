// `antigrad search` and `antigrad resume`.
#include <fmt/format.h>

#include <cstdio>

#include "experiments/app/commands.hpp"
#include "experiments/app/forecast.hpp"
#include "experiments/app/interrupt.hpp"
#include "experiments/app/narrator.hpp"
#include "experiments/app/quota_text.hpp"
#include "experiments/app/results.hpp"
#include "experiments/app/run_end.hpp"
#include "experiments/app/slots.hpp"
#include "experiments/app/study_override.hpp"
#include "search/engine.hpp"
#include "search/library/warm_start.hpp"
#include "search/measured_cost.hpp"
#include "search/quota.hpp"
#include "search/run_directory.hpp"
#include "search/storage/format.hpp"
#include "search/usage.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::RunDirectory;
using search::SearchResult;
using search::StudyConfig;

SearchResult train(const StudyConfig& config, const RunDirectory& run,
                   const std::vector<trainer::Task>& tasks, int workers,
                   const std::atomic<bool>& stop) {
  search::Pool pool(workers, evaluators(config, run.study_yaml()));
  StudyConfig judged = config;
  search::choose_estimators(judged, run.journal());
  fmt::print(stderr, "{}\n", forecast(judged, tasks, pool));
  Narrator narrator(stderr);
  search::SearchOptions options;
  options.config = config;
  options.journal = run.journal();
  options.listener = &narrator;
  options.stop = &stop;
  options.spectrum = spectrum_of(config, run.study_yaml());
  return search::run_search(options, pool, measure_cost_of(config));
}

int run_study(StudyConfig config, const RunDirectory& run, const std::vector<trainer::Task>& tasks,
              const Arguments& arguments) {
  if (arguments.isolation) config.isolation = *arguments.isolation;
  const std::uint64_t quota = search::quota_of(config.text);
  if (quota > 0 && search::bytes_of(run.path) > quota && std::filesystem::exists(run.journal())) {
    fmt::print(stderr, "{}", quota_text(run, quota));
    return 1;
  }
  search::keep_library(config, run.journal());
  const Interrupt interrupt;
  const int workers = arguments.workers.value_or(default_workers(config));
  const SearchResult result = train(config, run, tasks, workers, interrupt.stop());
  return end_run(run, result, arguments.format, "resume " + run.path, quota);
}

}  // namespace

int search_command(const Arguments& arguments) {
  StudyConfig config = with_overrides(search::load_study(arguments.subject, arguments.define),
                                      arguments.trials, arguments.seed);
  const auto tasks = checked_tasks(config);
  const auto how = arguments.fresh ? search::Start::fresh : search::Start::start;
  const RunDirectory run = search::prepare_run(arguments.root, config, how);
  return run_study(config, run, tasks, arguments);
}

int resume_command(const Arguments& arguments) {
  const RunDirectory run = search::open_run(arguments.root, arguments.subject);
  const StudyConfig config = search::load_study(run.study_yaml());
  search::mark_run(run.path);
  return run_study(config, run, checked_tasks(config), arguments);
}

int report_command(const Arguments& arguments) {
  const RunDirectory run = search::open_run(arguments.root, arguments.subject);
  const search::Summary summary = search::summarise(run);
  write_files(summary, measure_costs(summary), run);
  print(run.report() + "\n");
  return 0;
}

}  // namespace antigrad::app
