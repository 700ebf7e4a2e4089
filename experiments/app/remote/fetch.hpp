// Files of a server by their sha256.
#pragma once
#include <filesystem>
#include <functional>

#include "experiments/app/remote/client.hpp"

namespace antigrad::app {

/// Whether a file is the one that a row {"name", "bytes", "sha256"} describes.
bool is_file(const std::filesystem::path& path, const search::Json& file);

/// Fetches a listed file to `to`: under another name, checked, renamed. good: looks at the whole
/// file, too, and says whether it may have its name. Throws space::Error for what did not come as
/// the server says, ServerGone.
void fetch(const Client& client, const search::Json& file, const std::filesystem::path& to,
           const std::function<bool(const std::string& path)>& good = {});

}  // namespace antigrad::app
