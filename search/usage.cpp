// Walks a run directory.
#include "search/usage.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <set>

#include "search/evidence/promote.hpp"
#include "search/storage/journal.hpp"
#include "search/summary.hpp"
#include "space/error.hpp"
#include "space/random.hpp"

namespace antigrad::search {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> entries_of(const fs::path& folder) {
  std::vector<fs::path> entries;
  std::error_code failure;
  for (fs::directory_iterator at(folder, failure); !failure && at != fs::directory_iterator();
       at.increment(failure))
    entries.push_back(at->path());
  std::sort(entries.begin(), entries.end());
  return entries;
}

/// What the checkpoints of a finished trial are called behind the task: seed and activation
/// (trainer/measure/checkpoints.cpp).
std::string checkpoint_end(std::uint64_t seed, const std::string& activation) {
  return fmt::format("-{}-{:016x}.run", seed, space::child_seed(0, activation));
}

struct Finished {
  std::set<std::string> checkpoints;  // ends of names
  std::set<std::string> folders;      // of event files
};

Finished finished_of(const RunDirectory& run) {
  Finished finished;
  const StudyConfig config = load_study(run.study_yaml());
  const Replay replayed = replay(read_journal(run.journal()));
  for (const std::string& name :
       {config.name, confirm_name(config.name), promote_name(config.name)}) {
    const StoredStudy* const study = replayed.find(name);
    if (study == nullptr) continue;
    for (const StoredTrial& stored : study->trials) {
      const Trial trial = from_stored(stored);
      if (!trial.finished()) continue;
      finished.folders.insert(trial.folder());
      for (const Run& one : trial.runs)
        finished.checkpoints.insert(checkpoint_end(one.seed, trial.candidate.activation));
    }
  }
  return finished;
}

/// "NAME.run.123.part": whether process 123, which writes it, is gone.
bool abandoned(const std::string& name) {
  if (!name.ends_with(".part")) return false;
  const std::string stem = name.substr(0, name.size() - 5);
  const std::size_t dot = stem.rfind('.');
  int writer = 0;
  if (dot == stem.npos) return false;
  const char* const end = stem.data() + stem.size();
  const auto [stop, error] = std::from_chars(stem.data() + dot + 1, end, writer);
  return error == std::errc{} && stop == end && writer > 0 && ::kill(writer, 0) != 0 &&
         errno == ESRCH;
}

bool of_finished(const Finished& finished, const std::string& name) {
  return std::any_of(finished.checkpoints.begin(), finished.checkpoints.end(),
                     [&](const std::string& end) { return name.ends_with(end); });
}

}  // namespace

std::string checkpoints_of(const RunDirectory& run) { return run.path + "/checkpoints"; }
std::string kernels_of(const RunDirectory& run) { return run.path + "/kernels"; }

std::uint64_t bytes_of(const std::string& path) {
  std::error_code failure;
  if (fs::is_symlink(path, failure)) return 0;
  if (!fs::is_directory(path, failure)) {
    const auto bytes = fs::file_size(path, failure);
    return failure ? 0 : bytes;
  }
  std::uint64_t sum = 0;
  fs::recursive_directory_iterator at(path, fs::directory_options::skip_permission_denied, failure);
  for (; !failure && at != fs::recursive_directory_iterator(); at.increment(failure)) {
    std::error_code gone;
    if (!at->is_regular_file(gone) || at->is_symlink(gone)) continue;
    const auto bytes = at->file_size(gone);
    sum += gone ? 0 : bytes;
  }
  return sum;
}

Usage usage_of(const RunDirectory& run) {
  Usage usage;
  usage.journal = bytes_of(run.journal());
  usage.checkpoints = bytes_of(checkpoints_of(run));
  usage.events = bytes_of(run.events());
  usage.pages = bytes_of(run.report()) + bytes_of(kernels_of(run));
  const std::uint64_t all = bytes_of(run.path), known = usage.total();
  usage.others = all > known ? all - known : 0;
  return usage;
}

std::vector<Removable> removable(const RunDirectory& run) {
  const Finished finished = finished_of(run);
  std::vector<Removable> list;
  const auto add = [&](const fs::path& path, const char* what) {
    list.push_back({path.string(), bytes_of(path.string()), what});
  };
  for (const fs::path& file : entries_of(checkpoints_of(run))) {
    const std::string name = file.filename().string();
    if (of_finished(finished, name)) add(file, "checkpoint of a finished trial");
    if (abandoned(name)) add(file, "checkpoint that was never finished");
  }
  for (const fs::path& folder : entries_of(run.events()))
    if (finished.folders.contains(folder.filename().string()))
      add(folder, "event files of a finished trial");
  for (const std::string& path : {run.report(), kernels_of(run)})
    if (fs::exists(path)) add(path, "made again by `antigrad report`");
  return list;
}

void remove(const Removable& one) {
  std::error_code failure;
  fs::remove_all(one.path, failure);
  if (failure)
    throw space::Error({one.path, 0, 0}, fmt::format("cannot be removed: {}", failure.message()));
}

std::string bytes_text(std::uint64_t bytes) {
  constexpr const char* kUnits[] = {"kB", "MB", "GB", "TB"};
  if (bytes < 1000) return fmt::format("{} bytes", bytes);
  double value = static_cast<double>(bytes) / 1000;
  std::size_t unit = 0;
  for (; value >= 999.95 && unit < 3; ++unit) value /= 1000;
  return fmt::format("{:.1f} {}", value, kUnits[unit]);
}

}  // namespace antigrad::search
