// A file mapped read-only into memory (RAII over mmap).
#pragma once
#include <cstddef>
#include <string>

namespace antigrad::trainer {

/// The bytes of a file as they are now. The file must not shrink while this lives: reading a page
/// that is gone kills the process.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);  // throws space::Error: unreadable, a folder, empty
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const unsigned char* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  const unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace antigrad::trainer
