// zlib passes files that are not gzip through as they are.
#include "trainer/data/gzip_reader.hpp"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"

namespace antigrad::trainer {

void GzipReader::Close::operator()(void* file) const { gzclose_r(static_cast<gzFile>(file)); }

GzipReader::GzipReader(std::string path) : path_(std::move(path)) {
  errno = 0;
  if (std::filesystem::is_directory(path_)) {
    throw space::Error({path_}, "is a folder, expected a file");
  }
  file_.reset(gzopen(path_.c_str(), "rb"));
  if (!file_) {
    throw space::Error({path_},
                       fmt::format("cannot read the file ({}); check the path and its permissions",
                                   errno == 0 ? "out of memory" : std::strerror(errno)));
  }
}

std::size_t GzipReader::read(void* out, std::size_t size) {
  const auto file = static_cast<gzFile>(file_.get());
  const std::size_t want = std::min(size, std::size_t{1} << 30);
  const int got = gzread(file, out, static_cast<unsigned>(want));
  position_ += static_cast<std::size_t>(std::max(got, 0));
  int status = Z_OK;
  const char* reason = gzerror(file, &status);
  if (status == Z_BUF_ERROR) {
    fail_at(path_, position_, "the gzip stream is truncated; fetch the file again");
  }
  if (got < 0 || status != Z_OK) {
    fail_at(path_, position_,
            fmt::format("damaged gzip stream ({}); fetch the file again", reason));
  }
  return static_cast<std::size_t>(got);
}

}  // namespace antigrad::trainer
