// Machine code for the GPU of this machine out of a server's cache.
#pragma once
#include <string>

#include "experiments/app/remote/client.hpp"

namespace antigrad::app {

/// Fetches into the folder of the code cache what the server has for this machine's GPU and
/// compiler and this cache has not; says on stderr what it did, or why nothing. An entry gets its
/// name only when it is whole, of that compiler and GPU, and named as its key is. Whoever runs the
/// server is trusted: that code is what the key says is not checked. Returns how many came. Throws
/// ServerGone.
int fetch_code(const Client& client, const std::string& folder);

}  // namespace antigrad::app
