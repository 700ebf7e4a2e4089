// What `measure:` of a study has written on a worker's machine, for the server's run directory.
#pragma once
#include <cstddef>
#include <string>

#include "experiments/app/remote/client.hpp"

namespace antigrad::app {

constexpr std::size_t kLongestEvents = std::size_t{16} << 20;  // bytes of an event file

/// Sends an event file for a trial ("/v1/work/studies/s/trials/3") that runs here. What is not
/// taken, or too long, stays where it is, and stderr says so. Throws ServerGone.
void upload_events(const Client& client, const std::string& trial, const std::string& path);

}  // namespace antigrad::app
