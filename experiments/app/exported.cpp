// From a name to an activation to a file.
#include "experiments/app/exported.hpp"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>

#include "experiments/app/run_facts.hpp"
#include "kernels/export_torch.hpp"
#include "space/error.hpp"
#include "space/zoo.hpp"

namespace antigrad::app {
namespace {

namespace fs = std::filesystem;

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

Exported of_run(const std::string& root, const RunAndTrial& wanted) {
  const search::Summary summary = search::summarise(search::open_run(root, wanted.run));
  if (wanted.trial) {
    const search::Trial& trial = trial_numbered(summary, *wanted.trial);
    return {fmt::format("trial{}", *wanted.trial),
            space::parse_activation(trial.candidate.activation)};
  }
  const search::Candidate* winner = winner_of(summary);
  if (winner == nullptr) {
    throw space::Error(
        fmt::format("no candidate of \"{}\" has finished yet; `antigrad status {}`, or name a "
                    "trial: {}:0",
                    wanted.run, wanted.run, wanted.run));
  }
  return {"winner", space::parse_activation(winner->activation)};
}

}  // namespace

Exported find_exported(const std::string& root, const std::string& what,
                       const space::Definitions& known) {
  const RunAndTrial wanted = split(what);
  if (known.find(what) == nullptr && is_run(root, wanted.run)) return of_run(root, wanted);
  space::Activation activation = space::parse_activation(what, known);
  std::string name = activation.name.empty() ? "activation" : activation.name;
  return {std::move(name), std::move(activation)};
}

void write_torch_file(const space::Activation& activation, const std::string& path) {
  const std::string text =
      kernels::export_torch(activation, space::starts_of(activation.parameters));
  const fs::path file(path);
  std::error_code failure;
  if (file.has_parent_path()) fs::create_directories(file.parent_path(), failure);
  std::ofstream out(file, std::ios::binary);
  out << text;
  if (!out.flush())
    throw space::Error({path, 0, 0}, "cannot write the exported file; choose a folder with -O");
}

}  // namespace antigrad::app
