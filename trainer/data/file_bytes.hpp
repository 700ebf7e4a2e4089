// A whole file as bytes, gunzipped when it is gzip.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace antigrad::trainer {

/// Contents of `path`, gzip recognised by its first bytes. Error: unreadable, truncated or damaged
/// gzip, more than `limit` bytes when unpacked.
std::vector<std::uint8_t> read_file(const std::string& path,
                                    std::size_t limit = std::size_t{1} << 32);

/// Throws space::Error "path: offset N: message".
[[noreturn]] void fail_at(const std::string& path, std::size_t offset, const std::string& message);

}  // namespace antigrad::trainer
