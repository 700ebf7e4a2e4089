// antigrad storage export and import: studies between a journal and Optuna's databases.
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "experiments/app/commands.hpp"
#include "experiments/app/journal_path.hpp"
#include "experiments/app/sql_library.hpp"
#include "search/service/import.hpp"
#include "search/service/store.hpp"
#include "search/storage/sql_exchange.hpp"
#include "space/error.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;
using search::StoredStudy;

std::vector<StoredStudy> studies_of(const std::string& path, const std::string& name) {
  if (!fs::exists(path))
    throw space::Error({path, 0, 0}, "there is no journal; --storage names another");
  std::vector<StoredStudy> studies;
  std::vector<std::string> known;
  search::Store store(path);
  store.read([&](const search::View& view) {
    for (const StoredStudy& study : view.journal.state().studies) {
      known.push_back(study.name);
      if (name.empty() || study.name == name) studies.push_back(study);
    }
  });
  if (studies.empty())
    throw space::Error({path, 0, 0},
                       known.empty()
                           ? "the journal has no study"
                           : fmt::format("the journal has no study \"{}\";{} it has {}", name,
                                         space::did_you_mean(name, known), fmt::join(known, ", ")));
  return studies;
}

void print_moved(const std::vector<StoredStudy>& studies, Format format) {
  Listing listing({"study", "trials", "complete"});
  for (const StoredStudy& study : studies)
    listing.add({study.name, study.trials.size(),
                 std::count_if(study.trials.begin(), study.trials.end(), [](const auto& trial) {
                   return trial.state == search::TrialState::complete;
                 })});
  print(listing.text(format));
}

}  // namespace

int storage_export_command(const Arguments& arguments) {
  const search::SqlAddress address = search::parse_sql_url(arguments.optuna);
  const std::vector<StoredStudy> studies = studies_of(journal_path(arguments), arguments.subject);
  const auto database = open_database(arguments.optuna, true);
  search::write_studies(*database, studies, arguments.overwrite);
  database->commit();
  print_moved(studies, arguments.format);
  std::fprintf(stderr, "written to %s\n", address.shown.c_str());
  return 0;
}

int storage_import_command(const Arguments& arguments) {
  const std::string path = journal_path(arguments);
  const auto database = open_database(arguments.optuna, false);
  const std::vector<StoredStudy> studies = search::read_studies(*database, arguments.subject);
  if (const fs::path folder = fs::absolute(path).parent_path(); !fs::is_directory(folder))
    throw space::Error({path, 0, 0}, "there is no folder " + folder.string());
  search::import_studies(path, studies, arguments.overwrite);
  print_moved(studies, arguments.format);
  std::fprintf(stderr, "written to %s\n", path.c_str());
  return 0;
}

}  // namespace antigrad::app
