// antigrad storage clean: what of a run directory can be made again goes.
#include <fmt/format.h>

#include "experiments/app/clean_commands.hpp"
#include "search/usage.hpp"

namespace antigrad::app {

int storage_clean_command(const Arguments& arguments) {
  const search::RunDirectory run = search::open_run(arguments.root, arguments.subject);
  const std::vector<search::Removable> list = search::removable(run);
  Listing listing({"file", "bytes", "what"});
  std::uint64_t sum = 0;
  for (const search::Removable& one : list) {
    listing.add({one.path, one.bytes, one.what});
    sum += one.bytes;
  }
  print(listing.text(arguments.format));
  if (!arguments.yes) {
    fmt::print(stderr, "{} of {} would go; --yes removes it\n", search::bytes_text(sum),
               search::bytes_text(search::usage_of(run).total()));
    return 0;
  }
  for (const search::Removable& one : list) search::remove(one);
  fmt::print(stderr, "{} removed; the run takes {}\n", search::bytes_text(sum),
             search::bytes_text(search::usage_of(run).total()));
  return 0;
}

}  // namespace antigrad::app
