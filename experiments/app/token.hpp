// The secret that a server demands: out of a file or the environment, so that no list of processes
// and no log shows it.
#pragma once
#include <string>

namespace antigrad::app {

/// The first line of `file`; with "", the environment variable ANTIGRAD_TOKEN; "" when that is not
/// set. Throws space::Error for a file that cannot be read, is open to others, or a token that is
/// shorter than 16 characters.
std::string token_from(const std::string& file);

}  // namespace antigrad::app
