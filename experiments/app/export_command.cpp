// `antigrad export`.
#include <fmt/format.h>

#include <filesystem>

#include "experiments/app/commands.hpp"
#include "experiments/app/exported.hpp"
#include "space/error.hpp"

namespace antigrad::app {

int export_command(const Arguments& arguments) {
  if (arguments.target != "torch") {
    throw space::Error(
        fmt::format("cannot export to \"{}\"; known targets: torch", arguments.target));
  }
  const Exported what = find_exported(arguments.root, arguments.subject, arguments.definitions);
  const std::string path =
      (std::filesystem::path(arguments.folder) / (what.name + "_torch.py")).string();
  write_torch_file(what.activation, path);
  print(path + "\n");
  return 0;
}

}  // namespace antigrad::app
