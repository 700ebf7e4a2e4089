// A file from the network, whole or not at all: bytes gather in NAME.part, which a later call goes
// on with, and become NAME by one rename after they are verified.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

#include "experiments/app/data_sets.hpp"

namespace antigrad::app {

struct DownloadOptions {
  std::string ca{};  // a file of certificates to trust instead of the system's
  /// Told how many bytes there are; often.
  std::function<void(std::uint64_t done)> progress = [](std::uint64_t) {};
  /// Told what went wrong and is tried again.
  std::function<void(const std::string&)> note = [](const std::string&) {};
};

/// Fetches `file` into `folder`, from its addresses in their order. A connection that breaks is
/// taken up where it broke (Range), five times in a row without a byte gained; a server that knows
/// no ranges is asked for all of it again. Throws std::runtime_error: no address has it, another
/// program is fetching it, the disk is full, what came is not the file.
void download(const DataFile& file, const std::string& folder, const DownloadOptions& options);

}  // namespace antigrad::app
