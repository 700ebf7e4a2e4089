// A name with the ending .log, or of a file, is a journal; another is a run's.
#include "experiments/app/journal_path.hpp"

#include <filesystem>

#include "search/run_directory.hpp"

namespace antigrad::app {

std::string journal_path(const Arguments& arguments) {
  namespace fs = std::filesystem;
  const std::string& storage = arguments.storage;
  if (storage.empty()) return (fs::path(arguments.root) / "journal.log").string();
  const bool file = fs::path(storage).extension() == ".log" || fs::is_regular_file(storage);
  return file ? storage : search::open_run(arguments.root, storage).journal();
}

}  // namespace antigrad::app
