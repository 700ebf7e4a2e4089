// What `antigrad export` is asked for, and the files it becomes.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kernels/export/target.hpp"
#include "search/summary.hpp"
#include "space/definitions.hpp"

namespace antigrad::app {

/// `what`: a name of the zoo or the definitions, RUN or RUN:TRIAL (under `root` or a path), or the
/// text of an activation. A trial brings its trained parameters: of the first run of every task,
/// place by place. Throws space::Error.
kernels::Subject find_subject(const std::string& root, const std::string& what,
                              const space::Definitions& known);

/// The activation of a trial as its study trained it, under a name for files: with its parameters,
/// and times the gain where tasks `normalise`. Where only some do, as the first task has it, with
/// the places of tasks that do likewise.
kernels::Subject trial_subject(std::string name, const search::Trial& trial,
                               const search::StudyConfig& config);

/// The best discovered activation of a run with its trained parameters; nullptr when there is none.
std::optional<kernels::Subject> winner_subject(const search::Summary& summary);

/// Writes the files of a target into a folder, which is made, and returns their paths; a folder
/// among them is one path, and replaces what was there. Throws space::Error when one cannot be
/// written.
std::vector<std::string> write_files(const kernels::ExportTarget& target,
                                     const kernels::Subject& subject, const std::string& folder);

}  // namespace antigrad::app
