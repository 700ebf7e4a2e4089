// The records that a growing journal has got since it was looked at last.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "search/storage/json.hpp"

namespace antigrad::search::page {

class JournalTail {
 public:
  explicit JournalTail(std::string path) : path_(std::move(path)) {}

  struct News {
    bool anew = false;          // the file is another one, or shorter than before: forget what was
    std::vector<Json> records;  // complete lines only; a torn last one waits
  };
  /// Throws space::Error with file and line for a line that is no record; the lines before it are
  /// then lost to the caller, so it starts anew the next time.
  News read();

  /// The next News begin anew.
  void forget() { file_ = 0; }

  const std::string& path() const { return path_; }
  std::uint64_t file() const { return file_; }  // which file it was, 0 = none yet

 private:
  std::string path_;
  std::uint64_t file_ = 0;
  std::int64_t offset_ = 0;
  int lines_ = 0;
};

}  // namespace antigrad::search::page
