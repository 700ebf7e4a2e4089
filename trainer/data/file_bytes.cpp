// Reads through zlib, which passes files that are not gzip through as they are.
#include "trainer/data/file_bytes.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>
#include <system_error>

#include "space/error.hpp"

namespace antigrad::trainer {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

struct CloseGzip {
  void operator()(gzFile_s* file) const { gzclose_r(file); }
};
using Gzip = std::unique_ptr<gzFile_s, CloseGzip>;

bool gzip(const MappedFile& file) {
  return file.size() > 1 && file.data()[0] == 0x1f && file.data()[1] == 0x8b;
}

Gzip open(const std::string& path) {
  errno = 0;
  if (std::filesystem::is_directory(path)) {
    throw space::Error({path}, "is a folder, expected a file");
  }
  Gzip file(gzopen(path.c_str(), "rb"));
  if (!file) {
    throw space::Error({path},
                       fmt::format("cannot read the file ({}); check the path and its permissions",
                                   errno == 0 ? "out of memory" : std::strerror(errno)));
  }
  return file;
}

}  // namespace

void fail_at(const std::string& path, std::size_t offset, const std::string& message) {
  throw space::Error({path}, fmt::format("offset {}: {}", offset, message));
}

std::vector<std::uint8_t> read_file(const std::string& path, std::size_t limit) {
  const Gzip file = open(path);
  std::vector<std::uint8_t> bytes;
  for (;;) {
    const std::size_t size = bytes.size();
    bytes.resize(size + kChunk);
    const int got = gzread(file.get(), bytes.data() + size, static_cast<unsigned>(kChunk));
    bytes.resize(size + static_cast<std::size_t>(std::max(got, 0)));
    int status = Z_OK;
    const char* reason = gzerror(file.get(), &status);
    if (status == Z_BUF_ERROR) {
      fail_at(path, bytes.size(), "the gzip stream is truncated; fetch the file again");
    }
    if (got < 0 || status != Z_OK) {
      fail_at(path, bytes.size(),
              fmt::format("damaged gzip stream ({}); fetch the file again", reason));
    }
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
