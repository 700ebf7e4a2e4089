// Token readers: bytes and 16-bit ids, with and without a header, and every way a file can be
// wrong.
#include <stdexcept>
#include <vector>

#include "tests/data/files.hpp"
#include "trainer/data/token_files.hpp"
#include "trainer/data/token_shard.hpp"

extern "C" __attribute__((weak)) void __tsan_init();  // there with ThreadSanitizer alone

namespace antigrad::trainer {
namespace {

using TokensTest = FilesTest;

std::string little_endian(std::uint32_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

std::string header(std::uint32_t version, std::uint32_t count) {
  const std::string head =
      little_endian(20240520, 4) + little_endian(version, 4) + little_endian(count, 4);
  return head + std::string(1024 - head.size(), '\0');
}

TEST_F(TokensTest, BytesAreTheirOwnIds) {
  const Tokens tokens = read_bytes(write("t", std::string("a\0\xff", 3)));
  EXPECT_EQ(tokens.size(), 3u);
  EXPECT_EQ(tokens.vocabulary(), 256);
  EXPECT_EQ(tokens[0], 'a');
  EXPECT_EQ(tokens[1], 0);
  EXPECT_EQ(tokens[2], 255);
}

TEST_F(TokensTest, IdsAreLittleEndianWithAndWithoutHeader) {
  const std::string ids = little_endian(258, 2) + little_endian(65535, 2) + little_endian(0, 2);
  for (const std::string& bytes : {ids, header(1, 3) + ids}) {
    const Tokens tokens = read_u16(write("t", bytes), 65536);
    ASSERT_EQ(tokens.size(), 3u);
    std::vector<std::int64_t> got(2);
    tokens.copy(1, got);
    EXPECT_EQ(tokens[0], 258);
    EXPECT_EQ(got, (std::vector<std::int64_t>{65535, 0}));
  }
}

TEST_F(TokensTest, AFileIsWrittenAsItIsRead) {
  const std::vector<std::uint16_t> ids = {258, 0, 65535};
  EXPECT_EQ(u16_file(ids, false), std::string("\x02\x01\0\0\xff\xff", 6));
  EXPECT_EQ(u16_file(ids, true), header(1, 3) + u16_file(ids, false));
  const Tokens tokens = read_u16(write("t", u16_file(ids, true)), 65536);
  EXPECT_EQ(tokens.size(), 3u);
  EXPECT_EQ(tokens[2], 65535);
}

/// Memory of this process that is no file's, in MiB.
double own_mebibytes() {
  std::ifstream in("/proc/self/status");
  for (std::string line; std::getline(in, line);)
    if (line.starts_with("RssAnon:")) return std::stod(line.substr(8)) / 1024;
  throw std::runtime_error("no RssAnon in /proc/self/status");
}

TEST_F(TokensTest, AFileIsReadInPlace) {
  constexpr std::uintmax_t kBytes = 64 << 20;
  const std::string file = write("t", "");
  std::filesystem::resize_file(file, kBytes);  // zeros that take no room on the disk
  const double before = own_mebibytes();
  const Tokens bytes = read_bytes(file), ids = read_u16(file, 10);
  EXPECT_EQ(bytes.size(), kBytes);
  EXPECT_EQ(ids[ids.size() - 1], 0);
  if (__tsan_init) GTEST_SKIP() << "ThreadSanitizer notes every byte read in memory of its own";
  EXPECT_LT(own_mebibytes() - before, 4) << "64 MiB were copied";
}

TEST_F(TokensTest, CopyRefusesToReadBehindTheEnd) {
  const Tokens tokens = read_bytes(write("t", "abc"));
  std::vector<std::int64_t> out(3);
  tokens.copy(0, out);
  EXPECT_THROW(tokens.copy(1, out), std::out_of_range);
  EXPECT_THROW(tokens.copy(static_cast<std::size_t>(-1), out), std::out_of_range);
}

TEST_F(TokensTest, WrongFilesAreNamedWithTheOffset) {
  struct Row {
    std::string bytes, want;
  };
  const std::vector<Row> rows = {
      {"abc", "t: offset 2: 3 bytes of ids, expected an even number"},
      {"", "t: the file is empty"},
      {little_endian(9, 2) + little_endian(10, 2),
       "t: offset 2: id 10, expected below the vocabulary of 10"},
      {header(1, 2) + "ab",
       "t: offset 1026: the file has 1026 bytes, expected 1028 from the count in its header: it is "
       "truncated"},
      {header(1, 0) + "ab",
       "t: offset 1026: the file has 1026 bytes, expected 1024 from the count in its header: it is "
       "too long"},
      {header(7, 1) + "ab", "t: offset 4: version 7 of the token file, expected 1"},
      {header(1, 0), "t: offset 1024: no ids after the header"},
      {header(1, 0).substr(0, 100), "t: offset 100: the file ends inside its header"},
  };
  for (const Row& row : rows) {
    const std::string got = error_of([&] { (void)read_u16(write("t", row.bytes), 10); });
    EXPECT_TRUE(got.starts_with(row.want)) << "got:  " << got << "\nwant: " << row.want;
  }
  EXPECT_EQ(error_of([&] { (void)read_u16(path("t"), 0); }),
            "vocabulary is 0, expected 1 to 65536 for 16-bit ids");
  EXPECT_TRUE(error_of([&] {
                (void)read_bytes(path("absent"));
              }).starts_with("absent: cannot read the file"));
  EXPECT_NE(error_of([&] { (void)read_bytes(folder_); }).find("is not a plain file"),
            std::string::npos);
}

TEST(RealTokensTest, TheTokenFilesHaveTheirCounts) {
  const std::string file = data_folder() + "/text/mix_bpe4096_train.u16.bin";
  NEED_FILE(file);
  EXPECT_EQ(read_u16(file, 4096).size(), 1588335u);
  EXPECT_THROW((void)read_u16(file, 4000), space::Error);
}

}  // namespace
}  // namespace antigrad::trainer
