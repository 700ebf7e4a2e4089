// Making and finding run directories.
#include "search/run_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "search/normalisation.hpp"
#include "search/storage/format.hpp"
#include "search/storage/journal.hpp"
#include "space/error.hpp"

namespace antigrad::search {
namespace {

namespace fs = std::filesystem;

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool holds_run(const fs::path& folder) {
  return fs::exists(folder / "study.yaml") && fs::exists(folder / "journal.log");
}

void set_aside(const std::string& path) {
  fs::remove_all(path + ".old");
  fs::rename(path, path + ".old");
}

/// The text with which the run began; nothing of one that has not.
std::optional<std::string> begun_text(const RunDirectory& run, const std::string& study) {
  if (fs::exists(run.study_yaml())) return read_file(run.study_yaml());
  if (!fs::exists(run.journal())) return std::nullopt;
  const Replay now = replay(read_journal(run.journal()));
  const StoredStudy* const found = now.find(study);
  if (found == nullptr || !found->user_attrs.contains("antigrad:study")) return std::nullopt;
  return found->user_attrs.at("antigrad:study").get<std::string>();
}

std::string text_of(const RunDirectory& run, const StudyConfig& config) {
  const std::optional<std::string> begun = begun_text(run, config.name);
  if (!begun) return beginning_text(config);
  if (auto text = continued_text(config, *begun)) return *std::move(text);
  throw space::Error(
      {run.path, 0, 0},
      fmt::format("holds a study \"{}\" with other settings than {}; `antigrad resume {}` goes on "
                  "with that one, "
                  "`--fresh` sets it aside as {}.old, or give the new study another name",
                  config.name, config.file, config.name, config.name));
}

std::string known_runs(const std::string& root) {
  std::vector<std::string> names;
  if (fs::is_directory(root)) {
    for (const fs::directory_entry& entry : fs::directory_iterator(root)) {
      if (holds_run(entry.path())) names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  if (names.empty()) return "there are none yet: start one with `antigrad search STUDY.yaml`";
  return fmt::format("there are: {}", fmt::join(names, ", "));
}

}  // namespace

RunDirectory prepare_run(const std::string& root, StudyConfig& config, Start how) {
  const RunDirectory run{(fs::path(root) / config.name).string()};
  try {
    if (how == Start::fresh && fs::exists(run.path)) set_aside(run.path);
    demand_known_run(run.path);
    config.text = text_of(run, config);
    fs::create_directories(run.path);
    mark_run(run.path);
  } catch (const fs::filesystem_error& e) {
    throw space::Error({run.path, 0, 0},
                       fmt::format("cannot make the run directory: {}", e.code().message()));
  }
  if (!fs::exists(run.study_yaml())) {
    std::ofstream out(run.study_yaml(), std::ios::binary);
    out << config.text;
    if (!out.flush()) throw space::Error({run.study_yaml(), 0, 0}, "cannot write the study");
  }
  return run;
}

RunDirectory open_run(const std::string& root, const std::string& name_or_path) {
  for (const fs::path& path : {fs::path(root) / name_or_path, fs::path(name_or_path)}) {
    if (!holds_run(path)) continue;
    demand_known_run(path.string());
    return {path.lexically_normal().string()};
  }
  throw space::Error(
      fmt::format("no run \"{}\" (a folder with study.yaml and journal.log); in {} {}",
                  name_or_path, root, known_runs(root)));
}

}  // namespace antigrad::search
