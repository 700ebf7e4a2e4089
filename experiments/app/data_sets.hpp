// The data sets that are known: where they are, what lies there, how it is verified
// (data_sets.yaml).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "space/yaml.hpp"

namespace antigrad::app {

/// A file, and what is known of its contents; "" = not known. The first that is known of sha256 and
/// md5 is compared, the size always.
struct DataFile {
  std::string name;  // without a folder
  std::uint64_t bytes = 0;
  std::string sha256, md5;        // lower-case hexadecimal
  std::vector<std::string> urls;  // of a file in an archive: none
};

/// What is wrong with the file at `path`: "" when nothing is. Reads it whole.
std::string fault_of(const DataFile& file, const std::string& path);

/// "sha256", "md5" or "size": what a file is compared by.
const char* compared_by(const DataFile& file);

struct DataSet {
  std::string name, format, what, licence, page;
  std::vector<DataFile> archive;  // one .tar.gz with the files, or none
  std::vector<DataFile> files;    // as a study reads them

  const std::vector<DataFile>& downloads() const { return archive.empty() ? files : archive; }
};

/// The table that comes with the program.
std::vector<DataSet> known_data_sets();
/// A table in the same form. Errors with file, line and column.
std::vector<DataSet> read_data_sets(const space::Yaml& table);

/// Error, with a suggestion, for an unknown name.
const DataSet& find_data_set(const std::vector<DataSet>& sets, const std::string& name);

}  // namespace antigrad::app
