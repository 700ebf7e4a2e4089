// Whole files, through GzipReader where they cannot be mapped.
#include "trainer/data/file_bytes.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "space/error.hpp"
#include "trainer/data/gzip_reader.hpp"

namespace antigrad::trainer {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

bool gzip(const MappedFile& file) {
  return file.size() > 1 && file.data()[0] == 0x1f && file.data()[1] == 0x8b;
}

}  // namespace

void fail_at(const std::string& path, std::size_t offset, const std::string& message) {
  throw space::Error({path}, fmt::format("offset {}: {}", offset, message));
}

std::vector<std::uint8_t> read_file(const std::string& path, std::size_t limit) {
  GzipReader file(path);
  std::vector<std::uint8_t> bytes;
  for (;;) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kChunk);
    const std::size_t got = file.read(bytes.data() + size, kChunk);
    bytes.resize(size + got);
    if (bytes.size() > limit) {
      fail_at(path, limit,
              fmt::format("the file is larger than the {} bytes expected at most", limit));
    }
    if (got == 0) return bytes;
  }
}

FileBytes::FileBytes(const std::string& path, std::size_t limit) {
  namespace fs = std::filesystem;
  std::error_code unknown;
  if (fs::is_regular_file(path, unknown) && fs::file_size(path, unknown) > 0)
    file_ = std::make_unique<const MappedFile>(path);
  if (file_ && !gzip(*file_)) {
    bytes_ = {file_->data(), file_->size()};
    return;
  }
  file_.reset();
  read_ = read_file(path, limit);
  bytes_ = read_;
}

}  // namespace antigrad::trainer
