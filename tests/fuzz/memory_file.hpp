// A file without a disk, for readers that take paths: its path names the bytes that were put last.
#pragma once
#include <sys/mman.h>
#include <unistd.h>

#include <string>
#include <string_view>

#include "target.hpp"

namespace antigrad::fuzz {

class MemoryFile {
 public:
  MemoryFile() : number_(::memfd_create("fuzz", MFD_CLOEXEC)) {
    require(number_ >= 0, "this system gives no memory file");
  }
  ~MemoryFile() { ::close(number_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  /// The path of a file with these bytes.
  std::string with(std::string_view bytes) {
    const auto size = static_cast<ssize_t>(bytes.size());
    const bool written =
        ::ftruncate(number_, 0) == 0 && ::pwrite(number_, bytes.data(), bytes.size(), 0) == size;
    require(written, "the memory file cannot be written");
    return "/proc/self/fd/" + std::to_string(number_);
  }

 private:
  int number_;
};

}  // namespace antigrad::fuzz
