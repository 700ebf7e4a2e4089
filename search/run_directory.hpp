// The folder a study lives in: runs/<study>/ with study.yaml, journal.log, hall_of_fame.yaml,
// report.html.
#pragma once
#include <string>

#include "search/study.hpp"

namespace antigrad::search {

struct RunDirectory {
  std::string path;
  std::string study_yaml() const { return path + "/study.yaml"; }
  std::string journal() const { return path + "/journal.log"; }
  std::string hall_of_fame() const { return path + "/hall_of_fame.yaml"; }
  std::string report() const { return path + "/report.html"; }
  std::string events() const { return path + "/tb"; }  // a folder a trial, for TensorBoard
};

/// start: the folder is new, or holds this same study, which then goes on. fresh: what is there
/// moves to
/// "<path>.old" (replacing that) and the study starts from nothing.
enum class Start { start, fresh };

/// runs/<study>/ under `root` with study.yaml written, and config.text as that has it: of a new
/// study also whether its tasks are normalised (search/normalisation.hpp). Throws space::Error when
/// another study with other text is there (way out: `antigrad resume`, `--fresh`, another name) or
/// the folder cannot be written.
RunDirectory prepare_run(const std::string& root, StudyConfig& config, Start how);

/// An existing run: a folder with study.yaml and journal.log, or the name of one under `root`.
/// Throws space::Error with the runs that exist.
RunDirectory open_run(const std::string& root, const std::string& name_or_path);

}  // namespace antigrad::search
