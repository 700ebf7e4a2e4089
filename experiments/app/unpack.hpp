// Files out of a .tar.gz (ustar, POSIX.1-1988, and what GNU tar and pax write for plain files).
#pragma once
#include <string>
#include <vector>

#include "experiments/app/data_sets.hpp"

namespace antigrad::app {

/// Writes `files` out of `archive` into `folder`; members are found by their name without folders,
/// others stay inside. Each is verified and appears whole or not at all. Throws space::Error for a
/// damaged archive, std::runtime_error for a missing member, one that is not what it should be, and
/// a full disk.
void unpack(const std::string& archive, const std::vector<DataFile>& files,
            const std::string& folder);

}  // namespace antigrad::app
