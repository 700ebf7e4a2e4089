// Token files, read in place.
#include "trainer/data/token_files.hpp"

#include <fmt/format.h>

#include <memory>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/mapped_file.hpp"
#include "trainer/data/token_shard.hpp"

namespace antigrad::trainer {
namespace {

std::uint32_t word(const unsigned char* data) {
  return std::uint32_t{data[0]} | std::uint32_t{data[1]} << 8 | std::uint32_t{data[2]} << 16 |
         std::uint32_t{data[3]} << 24;
}

/// Bytes before the ids: 0, or those of an llm.c header, whose count is checked.
std::size_t header_size(const std::string& path, const MappedFile& file) {
  if (file.size() < 4 || word(file.data()) != kShardMagic) return 0;
  if (file.size() < kShardHeader) {
    fail_at(
        path, file.size(),
        fmt::format("the file ends inside its header of {} bytes; it is truncated; write it again",
                    kShardHeader));
  }
  if (word(file.data() + 4) != kShardVersion) {
    fail_at(path, 4,
            fmt::format("version {} of the token file, expected {} (uint16 ids); write it with "
                        "`antigrad data tokenize`",
                        word(file.data() + 4), kShardVersion));
  }
  const std::size_t want = kShardHeader + 2 * std::size_t{word(file.data() + 8)};
  if (file.size() != want) {
    fail_at(
        path, file.size(),
        fmt::format("the file has {} bytes, expected {} from the count in its header: it is {}",
                    file.size(), want,
                    file.size() < want ? "truncated; write it again" : "too long; write it again"));
  }
  return kShardHeader;
}

}  // namespace

Tokens read_bytes(const std::string& path) {
  const auto file = std::make_shared<const MappedFile>(path);
  return {file, 0, file->size(), 1, 256};
}

Tokens read_u16(const std::string& path, int vocabulary) {
  if (vocabulary < 1 || vocabulary > 65536) {
    throw space::Error(
        fmt::format("vocabulary is {}, expected 1 to 65536 for 16-bit ids", vocabulary));
  }
  const auto file = std::make_shared<const MappedFile>(path);
  const std::size_t header = header_size(path, *file);
  const std::size_t length = file->size() - header;
  if (length % 2 != 0) {
    fail_at(path, file->size() - 1,
            fmt::format("{} bytes of ids, expected an even number; the file is truncated "
                        "or holds no 16-bit ids",
                        length));
  }
  if (length == 0)
    fail_at(path, header, "no ids after the header, expected at least one; write it again");
  Tokens tokens(file, header, length / 2, 2, vocabulary);
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i] >= vocabulary) {
      fail_at(path, header + 2 * i,
              fmt::format("id {}, expected below the vocabulary of {}; is it the file of another "
                          "tokenizer?",
                          tokens[i], vocabulary));
    }
  }
  return tokens;
}

}  // namespace antigrad::trainer
