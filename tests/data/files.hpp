// Files the data tests write and read back: a folder of its own for each test, and gzip.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>
#include <zlib.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>

#include "space/error.hpp"

namespace antigrad::trainer {

/// A test with a folder that goes with it. Paths in error texts are cut down to the file's name.
class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "antigrad_data_XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  std::string write_gzip(const std::string& name, const std::string& bytes) const {
    const gzFile file = gzopen(path(name).c_str(), "wb");
    gzwrite(file, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(file);
    return path(name);
  }
  static std::string read(const std::string& file) {
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
  }
  /// The text of the Error that `use` throws, the folder cut away; "(no error)" without one.
  std::string error_of(const std::function<void()>& use) const {
    try {
      use();
    } catch (const space::Error& error) {
      std::string text = error.what();
      for (std::size_t at; (at = text.find(folder_ + "/")) != std::string::npos;) {
        text.erase(at, folder_.size() + 1);
      }
      return text;
    }
    return "(no error)";
  }

  std::string folder_;
};

/// The folder of real data that tests may use, or "".
inline std::string data_folder() {
  const char* folder = std::getenv("ANTIGRAD_DATA");
  return folder == nullptr ? "" : folder;
}

}  // namespace antigrad::trainer

/// Ends the test unless `path` exists.
#define NEED_FILE(path)               \
  if (!std::filesystem::exists(path)) \
  GTEST_SKIP() << "no " << (path) << "; set ANTIGRAD_DATA to a folder that has it"
