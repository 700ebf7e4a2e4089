// `antigrad measures RUN [TRIAL]`: what `measure:` of a study has put into event files.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "experiments/app/commands.hpp"
#include "experiments/app/event_series.hpp"
#include "experiments/app/run_facts.hpp"
#include "search/run_directory.hpp"
#include "search/summary.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::Json;
using search::Trial;

/// The folders of a trial and of its confirmations, as they lie under tb/.
std::vector<std::string> folders_of(const search::Summary& summary, const Trial& trial) {
  std::vector<std::string> folders = {trial.folder()};
  for (const Trial& again : summary.confirmation)
    if (again.search_trial == trial.number) folders.push_back(again.folder());
  return folders;
}

/// By run: "17/digits-1000".
std::map<std::string, MeasuredSeries> read_runs(const fs::path& root,
                                                const std::vector<std::string>& folders) {
  std::map<std::string, MeasuredSeries> runs;
  for (const std::string& folder : folders) {
    if (!fs::is_directory(root / folder)) continue;
    for (const fs::directory_entry& run : fs::directory_iterator(root / folder))
      runs[folder + "/" + run.path().filename().string()] = read_series(run.path());
  }
  return runs;
}

Json cell(double value) { return search::number_to_json(value); }

std::string every_point(const std::map<std::string, MeasuredSeries>& runs, Format format) {
  Listing listing({"run", "measurement", "step", "value"});
  for (const auto& [run, series] : runs)
    for (const auto& [name, points] : series)
      for (const MeasuredPoint& point : points)
        listing.add({run, name, point.step, cell(point.value)});
  return listing.text(format);
}

std::string overview_of(const std::map<std::string, MeasuredSeries>& runs, Format format) {
  Listing listing({"run", "measurement", "points", "step", "first", "last", "least", "greatest"});
  for (const auto& [run, series] : runs)
    for (const auto& [name, points] : series) {
      const auto [least, greatest] = std::ranges::minmax_element(points, {}, &MeasuredPoint::value);
      listing.add({run, name, points.size(), points.back().step, cell(points.front().value),
                   cell(points.back().value), cell(least->value), cell(greatest->value)});
    }
  return listing.text(format);
}

}  // namespace

int measures_command(const Arguments& arguments) {
  const search::RunDirectory run = search::open_run(arguments.root, arguments.subject);
  const search::Summary s = search::summarise(run);
  if (s.trials.empty())
    throw space::Error(fmt::format("no trial of \"{}\" has finished yet", s.config.name));
  const Trial& trial =
      arguments.trial ? trial_numbered(s, *arguments.trial) : *s.leaderboard().front();
  const auto runs = read_runs(run.events(), folders_of(s, trial));
  if (runs.empty())
    throw space::Error(
        fmt::format("nothing was measured of trial {}: {} has no {}; a study asks for it with "
                    "`measure: {{every: 20}}`",
                    trial.number, run.events(), trial.folder()));
  print(arguments.each ? every_point(runs, arguments.format) : overview_of(runs, arguments.format));
  return 0;
}

}  // namespace antigrad::app
