// A folder that goes with what made it.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "space/error.hpp"

namespace antigrad::app {

class Scratch {
 public:
  /// Throws space::Error where none can be made.
  Scratch() {
    path_ = (std::filesystem::temp_directory_path() / "antigrad-XXXXXX").string();
    if (::mkdtemp(path_.data()) == nullptr) throw space::Error("cannot make " + path_);
  }
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace antigrad::app
