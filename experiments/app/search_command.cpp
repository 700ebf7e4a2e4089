// `antigrad search` and `antigrad resume`.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "experiments/app/commands.hpp"
#include "experiments/app/forecast.hpp"
#include "experiments/app/interrupt.hpp"
#include "experiments/app/narrator.hpp"
#include "experiments/app/results.hpp"
#include "experiments/app/slots.hpp"
#include "experiments/app/study_override.hpp"
#include "search/engine.hpp"
#include "search/run_directory.hpp"

namespace antigrad::app {
namespace {

using search::RunDirectory;
using search::SearchResult;
using search::StudyConfig;

SearchResult train(const StudyConfig& config, const RunDirectory& run,
                   const std::vector<trainer::Task>& tasks, int workers,
                   const std::atomic<bool>& stop) {
  search::Pool pool(workers, evaluators(config, run.study_yaml()));
  fmt::print(stderr, "{}\n", forecast(config, tasks, pool));
  Narrator narrator(stderr);
  search::SearchOptions options;
  options.config = config;
  options.journal = run.journal();
  options.listener = &narrator;
  options.stop = &stop;
  return search::run_search(options, pool);
}

int finish(const RunDirectory& run, const SearchResult& result, Format format) {
  const search::Summary summary = search::summarise(run);
  const search::Costs costs = measure_costs(summary);
  write_files(summary, costs, run);
  const search::Accounting& a = result.accounting;
  fmt::print(stderr, "{} trials in {}; report: {}\n", a.trials, duration(a.wall), run.report());
  print(results_text(summary, costs, format));
  if (result.complete) {
    std::filesystem::remove_all(run.path + "/checkpoints");  // of workers that were killed
    return 0;
  }
  fmt::print(stderr, "stopped before the end; go on with: antigrad resume {}\n", run.path);
  return 1;
}

int run_study(StudyConfig config, const RunDirectory& run, const std::vector<trainer::Task>& tasks,
              const Arguments& arguments) {
  if (arguments.isolation) config.isolation = *arguments.isolation;
  const Interrupt interrupt;
  const int workers = arguments.workers.value_or(default_workers(config));
  const SearchResult result = train(config, run, tasks, workers, interrupt.stop());
  return finish(run, result, arguments.format);
}

}  // namespace

int search_command(const Arguments& arguments) {
  const StudyConfig config = with_overrides(search::load_study(arguments.subject, arguments.define),
                                            arguments.trials, arguments.seed);
  const auto tasks = checked_tasks(config);
  const auto how = arguments.fresh ? search::Start::fresh : search::Start::start;
  return run_study(config, search::prepare_run(arguments.root, config, how), tasks, arguments);
}

int resume_command(const Arguments& arguments) {
  const RunDirectory run = search::open_run(arguments.root, arguments.subject);
  const StudyConfig config = search::load_study(run.study_yaml());
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
