// Versions of what antigrad writes, and the steps from an older one to this one.
//
// A study in a journal keeps its version as the system attribute "antigrad:format", a run directory
// in its file FORMAT. What has none is from before there were versions: 0. Newer ones are refused:
// what they mean cannot be known here.
#pragma once
#include <string>
#include <vector>

#include "search/storage/replay.hpp"

namespace antigrad::search {

constexpr const char* kFormatAttribute = "antigrad:format";
constexpr int kStudyFormat = 1;  // of a study's attributes and trials
constexpr int kRunFormat = 1;    // of a run directory

/// The version of a study, 0 when it says none. Throws space::Error for an attribute that is no
/// version.
int format_of(const StoredStudy& study);

/// Throws space::Error naming `file` for a study of a newer antigrad.
void demand_known_format(const StoredStudy& study, const std::string& file);

/// Records that bring a study from its version to kStudyFormat, one step after the other; none for
/// a study of this version.
std::vector<Json> migration(const StoredStudy& study);
/// Of a study that is new, with this id.
Json format_record(int study_id);

/// Throws space::Error for a run directory of a newer antigrad.
void demand_known_run(const std::string& folder);
/// Writes FORMAT where it is missing or older. Throws as demand_known_run does, and when it cannot
/// be written.
void mark_run(const std::string& folder);

}  // namespace antigrad::search
