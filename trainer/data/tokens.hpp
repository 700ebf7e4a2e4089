// A sequence of token ids, in memory or in a file that is mapped, not copied (it must not shrink
// while a Tokens is alive). No torch here.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace antigrad::trainer {

class MappedFile;  // trainer/data/mapped_file.hpp

/// A sequence of ids below vocabulary(). A value: copies share the ids and may be read from many
/// threads.
class Tokens {
 public:
  /// `size` ids of `bytes` (1, or 2, little-endian) each from `offset` of the file on.
  Tokens(std::shared_ptr<const MappedFile> file, std::size_t offset, std::size_t size, int bytes,
         int vocabulary);
  Tokens(std::vector<std::uint16_t> ids, int vocabulary);

  std::size_t size() const { return size_; }
  int vocabulary() const { return vocabulary_; }
  std::int64_t operator[](std::size_t i) const;  // i < size()
  /// ids[begin .. begin + out.size()) into out. Throws std::out_of_range when they are not all
  /// there.
  void copy(std::size_t begin, std::span<std::int64_t> out) const;

 private:
  std::shared_ptr<const void> owner_;
  const unsigned char* data_ = nullptr;
  std::size_t size_ = 0;
  int bytes_ = 1;  // of one id
  int vocabulary_ = 0;
};

}  // namespace antigrad::trainer
