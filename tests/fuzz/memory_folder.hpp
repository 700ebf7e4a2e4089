// A folder of its own, where a write costs no disk if the machine has such a place; removed at the
// end.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "target.hpp"

namespace antigrad::fuzz {

class MemoryFolder {
 public:
  MemoryFolder() {
    path_ = "/dev/shm/fuzzXXXXXX";
    if (!std::filesystem::exists("/dev/shm"))
      path_ = (std::filesystem::temp_directory_path() / "fuzzXXXXXX").string();
    require(::mkdtemp(path_.data()) != nullptr, "no folder for the journal");
  }
  ~MemoryFolder() { std::filesystem::remove_all(path_); }
  MemoryFolder(const MemoryFolder&) = delete;
  MemoryFolder& operator=(const MemoryFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace antigrad::fuzz
