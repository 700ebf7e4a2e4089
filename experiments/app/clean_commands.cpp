// The commands about what lies on the disk, one row each.
#include "experiments/app/clean_commands.hpp"

namespace antigrad::app {

std::vector<Command> clean_commands() {
  using enum Option;
  return {
      {"storage clean",
       "This machine",
       "what of a run can be made again goes",
       {"RUN", "a run directory, or the name of one under --dir"},
       {yes, root, output},
       "Lists what may go, and removes it with --yes: checkpoints and event files of finished "
       "trials,\nfiles that a killed writer left, and what `antigrad report` writes anew. Never "
       "the journal, the\nstudy, or what a running trial needs. A study with `quota: 2GB` stops "
       "when its run directory is\nlarger, after the trials that run; then this makes room and "
       "`antigrad resume` goes on.\n\nExamples:\n  antigrad storage clean quickstart\n"
       "  antigrad storage clean quickstart --yes\n",
       storage_clean_command},
  };
}

}  // namespace antigrad::app
