#include "experiments/app/quota_text.hpp"

#include <fmt/format.h>

#include "search/usage.hpp"

namespace antigrad::app {

std::string quota_text(const search::RunDirectory& run, std::uint64_t quota) {
  using search::bytes_text;
  const search::Usage usage = search::usage_of(run);
  std::uint64_t removable = 0;
  for (const search::Removable& one : search::removable(run)) removable += one.bytes;
  return fmt::format(
      "{} takes {}, more than its quota of {}: journal {}, checkpoints {}, event files {}, report "
      "and kernels {}, the rest {}\nnothing was lost; {} can go: antigrad storage clean {}; or set "
      "another `quota:` in {}; then go on with: antigrad resume {}\n",
      run.path, bytes_text(usage.total()), bytes_text(quota), bytes_text(usage.journal),
      bytes_text(usage.checkpoints), bytes_text(usage.events), bytes_text(usage.pages),
      bytes_text(usage.others), bytes_text(removable), run.path, run.study_yaml(), run.path);
}

}  // namespace antigrad::app
