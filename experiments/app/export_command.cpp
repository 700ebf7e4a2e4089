// `antigrad export`.
#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "experiments/app/commands.hpp"
#include "experiments/app/exported.hpp"

namespace antigrad::app {
namespace {

/// "c,torch" -> its targets, each once, in the order asked for.
std::vector<const kernels::ExportTarget*> targets_of(const std::string& names) {
  std::vector<const kernels::ExportTarget*> targets;
  std::istringstream words(names);
  for (std::string word; std::getline(words, word, ',');) {
    const kernels::ExportTarget* target = &kernels::export_target(word);
    if (std::ranges::find(targets, target) == targets.end()) targets.push_back(target);
  }
  if (targets.empty()) targets.push_back(&kernels::export_target(""));
  return targets;
}

}  // namespace

int export_command(const Arguments& arguments) {
  const auto targets = targets_of(arguments.target);
  const auto subject = find_subject(arguments.root, arguments.subject, arguments.definitions);
  for (const kernels::ExportTarget* target : targets)
    for (const std::string& path : write_files(*target, subject, arguments.folder))
      print(path + "\n");
  return 0;
}

}  // namespace antigrad::app
