// Files, table, what to do next.
#include "experiments/app/run_end.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "experiments/app/commands.hpp"
#include "experiments/app/narrator.hpp"
#include "experiments/app/quota_text.hpp"
#include "experiments/app/results.hpp"
#include "search/library/library.hpp"
#include "search/usage.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

// A library that cannot be written is no reason to fail: the study is done.
void add_to_library(const search::Summary& summary) {
  try {
    search::Library().add(search::past_study(summary.config, summary.trials, summary.confirmation));
  } catch (const space::Error& e) {
    fmt::print(stderr, "not added to the library: {}\n", e.what());
  }
}

}  // namespace

int end_run(const search::RunDirectory& run, const search::SearchResult& result, Format format,
            const std::string& go_on, std::uint64_t quota) {
  if (!result.complete && quota > 0 && search::bytes_of(run.path) > quota) {  // a report takes more
    fmt::print(stderr, "{}", quota_text(run, quota));
    return 1;
  }
  const search::Summary summary = search::summarise(run);
  const search::Costs costs = measure_costs(summary);
  write_files(summary, costs, run);
  const search::Accounting& a = result.accounting;
  fmt::print(stderr, "{} trials in {}; report: {}\n", a.trials, duration(a.wall), run.report());
  print(results_text(summary, costs, format));
  if (result.complete) {
    add_to_library(summary);
    std::filesystem::remove_all(run.path + "/checkpoints");  // of workers that were killed
    return 0;
  }
  fmt::print(stderr, "stopped before the end; go on with: antigrad {}\n", go_on);
  return 1;
}

}  // namespace antigrad::app
