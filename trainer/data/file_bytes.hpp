// A whole file as bytes: mapped into memory, or gunzipped when it is gzip.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trainer/data/mapped_file.hpp"

namespace antigrad::trainer {

/// Contents of `path`, gzip recognised by its first bytes. Error: unreadable, truncated or damaged
/// gzip, more than `limit` bytes when unpacked.
std::vector<std::uint8_t> read_file(const std::string& path,
                                    std::size_t limit = std::size_t{1} << 32);

/// The bytes of a file, of a gzip what it holds: mapped where that is possible, else read. A mapped
/// file must not shrink while this lives. Errors of read_file.
class FileBytes {
 public:
  explicit FileBytes(const std::string& path, std::size_t limit = std::size_t{1} << 32);

  std::span<const std::uint8_t> bytes() const { return bytes_; }
  std::string_view text() const {
    return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
  }

 private:
  std::unique_ptr<const MappedFile> file_;
  std::vector<std::uint8_t> read_;
  std::span<const std::uint8_t> bytes_;
};

/// Throws space::Error "path: offset N: message".
[[noreturn]] void fail_at(const std::string& path, std::size_t offset, const std::string& message);

}  // namespace antigrad::trainer
