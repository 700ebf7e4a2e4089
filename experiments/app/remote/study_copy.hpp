// A server's study on the machine of a worker: its text with every path leading to files that are
// byte for byte the server's, found here or fetched by their sha256.
#pragma once
#include <string>

#include "experiments/app/remote/client.hpp"

namespace antigrad::app {

/// text: the study's YAML; files: the route that lists its files; folder: where what is fetched is
/// kept, shared by all workers of this machine. Returns the path of the copy. Throws space::Error
/// for a study that would run a command of the server's choice, and for files that are neither here
/// nor served; ServerGone.
std::string copy_study(const Client& client, const std::string& text, const std::string& files,
                       const std::string& folder);

/// A study of this machine in place of the server's: `file`, or a copy of it in `folder` that says
/// of `normalise` what the server's text says and it does not. Throws space::Error.
std::string own_study(const std::string& file, const std::string& text, const std::string& folder);

/// Writes a file as a whole: elsewhere, synchronised, renamed. Throws space::Error.
void write_whole(const std::string& path, const std::string& text);

}  // namespace antigrad::app
