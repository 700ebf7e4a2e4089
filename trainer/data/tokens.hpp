// A text as a sequence of token ids: the bytes of a file, or a file of little-endian uint16 ids.
// Files are mapped into memory, not copied; they must not shrink while a Tokens is alive. No torch
// here.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace antigrad::trainer {

class MappedFile;  // trainer/data/mapped_file.hpp

/// A sequence of ids below vocabulary(). A value: copies share the mapping and may be read from
/// many threads.
class Tokens {
 public:
  /// Every byte is a token; vocabulary 256. Error for an empty or unreadable file.
  static Tokens read_bytes(const std::string& path);

  /// uint16 ids, little-endian; a header as llm.c writes it (1,024 bytes, magic 20240520, version
  /// 1, count) is recognised. Error with the offset for an odd length, a wrong count and an id that
  /// is not below `vocabulary` (1..65536). Reads the file once to check it.
  static Tokens read_u16(const std::string& path, int vocabulary);

  std::size_t size() const { return size_; }
  int vocabulary() const { return vocabulary_; }
  std::int64_t operator[](std::size_t i) const;  // i < size()
  /// ids[begin .. begin + out.size()) into out. Throws std::out_of_range when they are not all
  /// there.
  void copy(std::size_t begin, std::span<std::int64_t> out) const;

 private:
  std::shared_ptr<const MappedFile> file_;
  const unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
  int bytes_ = 1;  // of one id
  int vocabulary_ = 0;
};

}  // namespace antigrad::trainer
