// The library: a folder of past studies, a file each, or one file that was exported.
#pragma once
#include <string>
#include <vector>

#include "search/library/past_study.hpp"

namespace antigrad::search {

class Library {
 public:
  /// "": the usual place (past_study.hpp). A folder that is missing is an empty library; a path
  /// that is a file is one with several studies, which can only be read.
  explicit Library(std::string path = "");

  const std::string& path() const { return path_; }
  bool off() const { return path_ == "off"; }

  /// In the order of their hashes, each once: the same for the same content wherever it came
  /// from. None where the library is off. Throws space::Error for a file that is not sound.
  std::vector<PastStudy> studies() const;

  /// Writes it beside what is there, whole or not at all; a study that is there already changes
  /// nothing. The folder is made. False where the library is off. Throws space::Error.
  bool add(const PastStudy& study) const;

 private:
  std::string path_;
};

/// Of studies in any order: one number for all of them.
std::string hash_of(std::vector<PastStudy> studies);

/// All of them as one file, replaced in one step. Throws space::Error.
void export_library(const std::vector<PastStudy>& studies, const std::string& path);

}  // namespace antigrad::search
