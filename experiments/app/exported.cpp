// From a name to an activation to files.
#include "experiments/app/exported.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>

#include "experiments/app/run_facts.hpp"
#include "search/library/past_study.hpp"
#include "space/error.hpp"
#include "space/gain.hpp"
#include "space/zoo.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using kernels::Place;
using kernels::Subject;

struct RunAndTrial {
  std::string run;
  std::optional<int> trial;
};

// "RUN:17"; a colon elsewhere belongs to the text of an activation or to the path.
RunAndTrial split(const std::string& what) {
  const std::size_t colon = what.rfind(':');
  int trial = 0;
  if (colon == std::string::npos) return {what, {}};
  const char* end = what.data() + what.size();
  const auto [stop, error] = std::from_chars(what.data() + colon + 1, end, trial);
  if (error != std::errc{} || stop != end || trial < 0) return {what, {}};
  return {what.substr(0, colon), trial};
}

bool is_run(const std::string& root, const std::string& name) {
  return fs::exists(fs::path(root) / name / "journal.log") ||
         fs::exists(fs::path(name) / "journal.log");
}

// The tasks whose networks had the activation as the first one's had it: with the gain or without.
struct Likewise {
  bool normalise = false;
  std::vector<std::string> tasks{};
};

Likewise likewise(const search::StudyConfig& config) {
  Likewise found;
  const std::vector<search::TaskFacts> facts = search::facts_of_tasks(config);
  for (std::size_t i = 0; i < facts.size(); ++i) {
    const bool normalise = search::says_normalised(facts[i]);
    if (i == 0) found.normalise = normalise;
    if (normalise == found.normalise) found.tasks.push_back(config.tasks[i].name);
  }
  return found;
}

// The first run of every task that has trained values, one row for each place of the network.
std::vector<Place> places_of(const search::Trial& trial, std::size_t parameters,
                             const std::vector<std::string>& tasks) {
  std::vector<Place> places;
  std::vector<std::string> seen;
  for (const search::Run& run : trial.runs) {
    const std::vector<double>& theta = run.measurement.theta;
    const bool usable = run.measurement.outcome == trainer::Outcome::ok && parameters > 0 &&
                        std::ranges::count(tasks, run.task) > 0;
    if (!usable || std::ranges::count(seen, run.task) > 0) continue;
    seen.push_back(run.task);
    for (std::size_t at = 0; at + parameters <= theta.size(); at += parameters)
      places.push_back({fmt::format("{} {}", run.task, at / parameters),
                        {theta.begin() + static_cast<std::ptrdiff_t>(at),
                         theta.begin() + static_cast<std::ptrdiff_t>(at + parameters)}});
  }
  return places;
}

Subject subject_of(std::string name, space::Activation activation,
                   const space::ZooEntry* published) {
  Subject subject{.activation = std::move(activation), .name = std::move(name)};
  if (published != nullptr) {
    subject.title = published->title;
    subject.source = published->source;
  }
  return subject;
}

Subject of_run(const std::string& root, const RunAndTrial& wanted) {
  const search::Summary summary = search::summarise(search::open_run(root, wanted.run));
  if (wanted.trial)
    return trial_subject(fmt::format("trial{}", *wanted.trial),
                         trial_numbered(summary, *wanted.trial), summary.config);
  if (auto winner = winner_subject(summary)) return *std::move(winner);
  throw space::Error(fmt::format(
      "no candidate of \"{}\" has finished yet; `antigrad status {}`, or name a trial: {}:0",
      wanted.run, wanted.run, wanted.run));
}

void write_file(const fs::path& path, const std::string& content) {
  std::error_code failure;
  if (path.has_parent_path()) fs::create_directories(path.parent_path(), failure);
  std::ofstream out(path, std::ios::binary);
  out << content;
  if (!out.flush())
    throw space::Error({path.string(), 0, 0},
                       "cannot write the exported file; choose a folder with -O");
}

}  // namespace

Subject trial_subject(std::string name, const search::Trial& trial,
                      const search::StudyConfig& config) {
  space::Activation activation = space::parse_activation(trial.candidate.activation);
  const Likewise trained = likewise(config);
  auto places = places_of(trial, activation.parameters.size(), trained.tasks);
  const double gain = trained.normalise ? space::normalising_gain(activation) : 1;
  if (gain != 1) activation = space::scaled(std::move(activation), gain);
  const auto* published = space::find_in_zoo(trial.candidate.name);
  Subject subject = subject_of(std::move(name), std::move(activation), published);
  subject.places = std::move(places);
  subject.gain = gain;
  return subject;
}

std::optional<Subject> winner_subject(const search::Summary& summary) {
  const search::Trial* winner = winning_trial(summary);
  if (winner == nullptr) return std::nullopt;
  return trial_subject("winner", *winner, summary.config);
}

Subject find_subject(const std::string& root, const std::string& what,
                     const space::Definitions& known) {
  const RunAndTrial wanted = split(what);
  const space::ZooEntry* published = known.find(what);
  if (published == nullptr && is_run(root, wanted.run)) return of_run(root, wanted);
  space::Activation activation = space::parse_activation(what, known);
  std::string name = published != nullptr ? published->name : activation.name;
  if (name.empty()) name = "activation";
  return subject_of(std::move(name), std::move(activation), published);
}

std::vector<std::string> write_files(const kernels::ExportTarget& target, const Subject& subject,
                                     const std::string& folder) {
  std::vector<std::string> paths;
  for (const kernels::ExportedFile& file : kernels::export_files(target, subject)) {
    const fs::path path = fs::path(folder) / file.name;
    const fs::path whole = fs::path(folder) / file.name.substr(0, file.name.find('/'));
    if (std::ranges::count(paths, whole.string()) == 0) {
      std::error_code failure;
      if (whole != path) fs::remove_all(whole, failure);  // of an export with more places
      paths.push_back(whole.string());
    }
    write_file(path, file.content);
  }
  return paths;
}

}  // namespace antigrad::app
