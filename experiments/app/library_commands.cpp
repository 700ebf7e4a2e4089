// `antigrad library list|show|merge|export`: what past studies have left for later ones.
#include "experiments/app/library_commands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "search/library/library.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

using search::Json;
using search::PastStudy;
using search::PastTrial;

std::string tasks_of(const PastStudy& study) {
  std::vector<std::string> names;
  for (const search::TaskFacts& task : study.tasks) {
    const auto name = task.find("name");
    names.push_back(name == task.end() ? "?" : name->second);
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

double last_score(const PastTrial& trial) {
  return trial.failed || trial.scores.empty() ? NAN : trial.scores.back();
}

// The candidate that climbed furthest, then the lowest score.
const PastTrial* best_of(const PastStudy& study) {
  const PastTrial* best = nullptr;
  for (const PastTrial& trial : study.trials) {
    if (trial.baseline || std::isnan(last_score(trial))) continue;
    const bool further = best == nullptr || trial.scores.size() > best->scores.size();
    const bool lower = best != nullptr && trial.scores.size() == best->scores.size() &&
                       last_score(trial) < last_score(*best);
    if (further || lower) best = &trial;
  }
  return best;
}

std::vector<PastStudy> studies_named(const std::string& name) {
  const search::Library library;
  std::vector<PastStudy> found;
  std::set<std::string> names;
  for (PastStudy& study : library.studies()) {
    names.insert(study.name);
    if (study.name == name || study.hash() == name) found.push_back(std::move(study));
  }
  if (found.empty())
    throw space::Error(fmt::format(
        "no study \"{}\" in {};{} {}", name, library.path(),
        space::did_you_mean(name, {names.begin(), names.end()}),
        names.empty() ? "it is empty" : fmt::format("there are {}", fmt::join(names, ", "))));
  return found;
}

}  // namespace

int library_list_command(const Arguments& arguments) {
  Listing listing({"study", "hash", "seed", "tasks", "trials", "best", "score"});
  for (const PastStudy& study : search::Library().studies()) {
    const PastTrial* const best = best_of(study);
    listing.add({study.name, study.hash(), study.seed, tasks_of(study), study.trials.size(),
                 best == nullptr ? Json() : Json(best->activation),
                 best == nullptr ? Json() : search::number_to_json(last_score(*best))});
  }
  print(listing.text(arguments.format));
  return 0;
}

int library_show_command(const Arguments& arguments) {
  Listing listing({"study", "trial", "baseline", "rungs", "score", "steps", "activation"});
  for (const PastStudy& study : studies_named(arguments.subject)) {
    std::vector<const PastTrial*> order;
    for (const PastTrial& trial : study.trials) order.push_back(&trial);
    std::ranges::stable_sort(order, [](const PastTrial* a, const PastTrial* b) {
      if (a->failed != b->failed) return b->failed;
      if (a->scores.size() != b->scores.size()) return a->scores.size() > b->scores.size();
      return last_score(*a) < last_score(*b);
    });
    int shown = 0;
    for (const PastTrial* trial : order) {
      if (shown++ == arguments.count) break;
      listing.add({study.name, static_cast<int>(trial - study.trials.data()), trial->baseline,
                   trial->scores.size(), search::number_to_json(last_score(*trial)), trial->steps,
                   trial->activation});
    }
  }
  print(listing.text(arguments.format));
  return 0;
}

int library_merge_command(const Arguments& arguments) {
  const search::Library library, other(arguments.subject);
  const std::vector<PastStudy> more = other.studies();
  if (more.empty())
    throw space::Error({arguments.subject, 0, 0},
                       "expected a library, a folder or an exported file, and found no study");
  if (library.off()) throw space::Error("ANTIGRAD_LIBRARY is off: there is nothing to merge into");
  const std::size_t before = library.studies().size();
  for (const PastStudy& study : more) library.add(study);
  const std::size_t after = library.studies().size();
  fmt::print(stderr, "{} studies read, {} of them new; {} in {}\n", more.size(), after - before,
             after, library.path());
  return 0;
}

int library_export_command(const Arguments& arguments) {
  const std::vector<PastStudy> studies = search::Library().studies();
  const std::string file = arguments.file.empty() ? "library.study" : arguments.file;
  search::export_library(studies, file);
  fmt::print(stderr, "{} studies, hash {}\n", studies.size(), search::hash_of(studies));
  print(file + "\n");
  return 0;
}

}  // namespace antigrad::app
