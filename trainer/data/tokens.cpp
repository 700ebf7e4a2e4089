// Token files, read in place.
#include "trainer/data/tokens.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/mapped_file.hpp"

namespace antigrad::trainer {
namespace {

constexpr std::size_t kHeader = 1024;  // llm.c: 256 int32
constexpr std::uint32_t kMagic =
    20240520;  // its 16-bit halves are ids 55432 and 308: above GPT-2's vocabulary
constexpr std::uint32_t kVersion = 1;

std::uint32_t word(const unsigned char* data) {
  return std::uint32_t{data[0]} | std::uint32_t{data[1]} << 8 | std::uint32_t{data[2]} << 16 |
         std::uint32_t{data[3]} << 24;
}

/// Bytes before the ids: 0, or those of an llm.c header, whose count is checked.
std::size_t header_size(const std::string& path, const MappedFile& file) {
  if (file.size() < 4 || word(file.data()) != kMagic) return 0;
  if (file.size() < kHeader) {
    fail_at(path, file.size(),
            fmt::format("the file ends inside its header of {} bytes; it is truncated", kHeader));
  }
  if (word(file.data() + 4) != kVersion) {
    fail_at(path, 4,
            fmt::format("version {} of the token file, expected {} (uint16 ids)",
                        word(file.data() + 4), kVersion));
  }
  const std::size_t want = kHeader + 2 * std::size_t{word(file.data() + 8)};
  if (file.size() != want) {
    fail_at(path, file.size(),
            fmt::format("the file has {} bytes, expected {} from the count in its header: it is {}",
                        file.size(), want, file.size() < want ? "truncated" : "too long"));
  }
  return kHeader;
}

}  // namespace

Tokens Tokens::read_bytes(const std::string& path) {
  Tokens tokens;
  tokens.file_ = std::make_shared<const MappedFile>(path);
  tokens.data_ = tokens.file_->data();
  tokens.size_ = tokens.file_->size();
  tokens.vocabulary_ = 256;
  return tokens;
}

Tokens Tokens::read_u16(const std::string& path, int vocabulary) {
  if (vocabulary < 1 || vocabulary > 65536) {
    throw space::Error(
        fmt::format("vocabulary is {}, expected 1 to 65536 for 16-bit ids", vocabulary));
  }
  Tokens tokens;
  tokens.file_ = std::make_shared<const MappedFile>(path);
  const std::size_t header = header_size(path, *tokens.file_);
  const std::size_t length = tokens.file_->size() - header;
  if (length % 2 != 0) {
    fail_at(path, tokens.file_->size() - 1,
            fmt::format("{} bytes of ids, expected an even number; the file is truncated "
                        "or holds no 16-bit ids",
                        length));
  }
  if (length == 0) fail_at(path, header, "no ids after the header");
  tokens.data_ = tokens.file_->data() + header;
  tokens.size_ = length / 2;
  tokens.bytes_ = 2;
  tokens.vocabulary_ = vocabulary;
  for (std::size_t i = 0; i < tokens.size_; ++i) {
    if (tokens[i] >= vocabulary) {
      fail_at(path, header + 2 * i,
              fmt::format("id {}, expected below the vocabulary of {}; is it the file of another "
                          "tokenizer?",
                          tokens[i], vocabulary));
    }
  }
  return tokens;
}

std::int64_t Tokens::operator[](std::size_t i) const {
  if (bytes_ == 1) return data_[i];
  return data_[2 * i] | data_[2 * i + 1] << 8;
}

void Tokens::copy(std::size_t begin, std::span<std::int64_t> out) const {
  if (begin > size_ || out.size() > size_ - begin) {
    throw std::out_of_range(fmt::format("tokens {} to {} of {}", begin, begin + out.size(), size_));
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = (*this)[begin + i];
}

}  // namespace antigrad::trainer
