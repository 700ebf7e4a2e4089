// Image readers: small files made here, every way a file can be wrong, and the real files where
// they are.
#include "trainer/data/images.hpp"

#include <numeric>
#include <vector>

#include "paths.hpp"
#include "tests/data/files.hpp"
#include "tests/data/promotion.hpp"
#include "trainer/data/image_files.hpp"

namespace antigrad::trainer {
namespace {

using ImagesTest = FilesTest;

std::string digits_row(int pixel, int label) {
  std::string row;
  for (int i = 0; i < 64; ++i) row += std::to_string(pixel) + ",";
  return row + std::to_string(label) + "\n";
}

/// A CIFAR record: labels, then 3,072 bytes counting up from `first`.
std::string record(const std::string& labels, int first) {
  std::string bytes = labels;
  for (int i = 0; i < 3072; ++i) bytes += static_cast<char>((first + i) % 251);
  return bytes;
}

std::string big_endian(std::uint32_t value) {
  return {static_cast<char>(value >> 24), static_cast<char>(value >> 16),
          static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string idx(std::uint32_t magic, const std::vector<std::uint32_t>& sizes,
                const std::string& data) {
  std::string bytes = big_endian(magic);
  for (const std::uint32_t size : sizes) bytes += big_endian(size);
  return bytes + data;
}

TEST_F(ImagesTest, DigitsAreReadPlainAndGzipped) {
  const std::string text = digits_row(0, 9) + digits_row(16, 3);
  for (const std::string& file : {write("d.csv", text), write_gzip("d.csv.gz", text)}) {
    const Images images = read_digits(file);
    EXPECT_EQ(images.count, 2);
    EXPECT_EQ(images.labels, (std::vector<std::int64_t>{9, 3}));
    ASSERT_EQ(images.pixels.size(), 128u);
    EXPECT_EQ(images.pixels[63], 0);
    EXPECT_EQ(images.pixels[64], 16);
  }
}

TEST_F(ImagesTest, WrongDigitsAreNamedWithLineAndColumn) {
  const std::string good = digits_row(1, 1);
  struct Row {
    std::string text, want;
  };
  const std::vector<Row> rows = {
      {good + digits_row(17, 1),
       "d.csv:2:1: pixel is \"17\", expected a whole number from 0 to 16"},
      {digits_row(1, 10), "d.csv:1:129: label is \"10\", expected a whole number from 0 to 9"},
      {good + "1,2,3\n", "d.csv:2:6: the row ends early"},
      {good.substr(0, good.size() - 1) + ",4\n", "d.csv:1:131: the row goes on after 65 columns"},
      {good + "\n", "d.csv:2:1: pixel is \"\""},
      {"a,b\n", "d.csv:1:1: pixel is \"a\""},
      {"", "d.csv: the file is empty"},
  };
  for (const Row& row : rows) {
    const std::string got = error_of([&] { (void)read_digits(write("d.csv", row.text)); });
    EXPECT_TRUE(got.starts_with(row.want)) << "got:  " << got << "\nwant: " << row.want;
  }
}

TEST_F(ImagesTest, ATruncatedOrDamagedGzipIsNamed) {
  std::string text;
  for (int i = 0; i < 500; ++i) text += digits_row(i % 17, i % 10);
  const std::string bytes = read(write_gzip("d.csv.gz", text));
  const std::string cut =
      error_of([&] { (void)read_digits(write("cut.gz", bytes.substr(0, bytes.size() / 2))); });
  EXPECT_TRUE(cut.starts_with("cut.gz: offset ")) << cut;
  EXPECT_NE(cut.find("truncated"), std::string::npos) << cut;
  std::string damaged = bytes;
  damaged[damaged.size() - 6] ^= 1;  // the checksum
  const std::string bad = error_of([&] { (void)read_digits(write("bad.gz", damaged)); });
  EXPECT_NE(bad.find("damaged"), std::string::npos) << bad;
}

TEST_F(ImagesTest, CifarKeepsPlanesAndTakesTheFineLabel) {
  const std::string ten = write("t10.bin", record("\x07", 5) + record("\x02", 9));
  const Images images = read_cifar(10, {ten, ten});
  EXPECT_EQ(images.count, 4);
  EXPECT_EQ(images.labels, (std::vector<std::int64_t>{7, 2, 7, 2}));
  EXPECT_EQ(images.pixels[0], 5);
  EXPECT_EQ(images.pixels[3072], 9);
  const Images hundred = read_cifar(100, {write("t100.bin", record("\x13\x63", 1))});
  EXPECT_EQ(hundred.labels, (std::vector<std::int64_t>{99}));
  EXPECT_EQ(hundred.pixels[0], 1);
}

TEST_F(ImagesTest, ACifarFolderIsReadInTheOrderOfNames) {
  write("data_batch_2.bin", record("\x02", 0));
  write("data_batch_1.bin", record("\x01", 0));
  write("test_batch.bin", record("\x03", 0));
  write("readme.txt", "not data");
  const ImageParts parts = read_images("cifar10", folder_).cut({.validation = 0.5}, 1);
  EXPECT_EQ(parts.train.labels[0] + parts.validation.labels[0], 3);
  EXPECT_EQ(parts.train.labels[0] * parts.validation.labels[0], 2);
  EXPECT_EQ(Promotion::open(parts.test).labels, (std::vector<std::int64_t>{3}));
}

TEST_F(ImagesTest, TheTestFilesAreReadOnlyWhenTheTestPartIsOpened) {
  write("data_batch_1.bin", record("\x01", 0) + record("\x02", 0));
  write("test_batch.bin", "torn");
  const ImageParts parts = read_images("cifar10", folder_).cut({.validation = 0.5}, 1);
  EXPECT_EQ(error_of([&] { (void)Promotion::open(parts.test); }).substr(0, 24),
            "test_batch.bin: offset 0");
}

TEST_F(ImagesTest, WrongCifarFilesAreNamedWithTheOffset) {
  const std::string good = record("\x01", 0);
  struct Row {
    int classes;
    std::string bytes, want;
  };
  const std::vector<Row> rows = {
      {10, good + good.substr(0, 100),
       "c.bin: offset 3073: the last record has 100 bytes, expected records of 3073"},
      {10, "", "c.bin: offset 0: the last record has 0 bytes"},
      {10, good + record("\x0a", 0), "c.bin: offset 3073: the label is 10, expected 0 to 9"},
      {100, record("\x14\x01", 0), "c.bin: offset 0: the coarse label is 20, expected 0 to 19"},
      {100, record("\x01\x64", 0), "c.bin: offset 1: the label is 100, expected 0 to 99"},
  };
  for (const Row& row : rows) {
    const std::string got =
        error_of([&] { (void)read_cifar(row.classes, {write("c.bin", row.bytes)}); });
    EXPECT_TRUE(got.starts_with(row.want)) << "got:  " << got << "\nwant: " << row.want;
  }
  EXPECT_NE(error_of([&] { (void)read_cifar_folder(10, path("absent")); }).find("is not a folder"),
            std::string::npos);
  std::filesystem::create_directory(path("empty"));
  EXPECT_NE(error_of([&] { (void)read_cifar_folder(10, path("empty")); }).find("unpack the binary"),
            std::string::npos);
}

TEST_F(ImagesTest, Stl10PlanesAreTurnedRowByRowAndLabelsBeginAt0) {
  std::string bytes;
  for (int image = 0; image < 2; ++image)
    for (int channel = 0; channel < 3; ++channel)
      for (int column = 0; column < 96; ++column)
        for (int row = 0; row < 96; ++row)
          bytes += static_cast<char>(image * 100 + channel * 30 + column % 7 * 4 + row % 4);
  const std::string labels = {1, 10};
  for (const bool zipped : {false, true}) {
    const Images images = read_stl10(zipped ? write_gzip("X.gz", bytes) : write("X", bytes),
                                     zipped ? write_gzip("y.gz", labels) : write("y", labels));
    EXPECT_EQ(images.count, 2);
    EXPECT_EQ(images.labels, (std::vector<std::int64_t>{0, 9}));
    const auto pixel = [&](int image, int channel, int row, int column) {
      return images
          .pixels[static_cast<std::size_t>(((image * 3 + channel) * 96 + row) * 96 + column)];
    };
    EXPECT_EQ(pixel(0, 0, 1, 0), 1);
    EXPECT_EQ(pixel(0, 0, 0, 1), 4);
    EXPECT_EQ(pixel(1, 2, 3, 6), 100 + 60 + 24 + 3);
  }
}

TEST_F(ImagesTest, AnStl10FolderIsReadByItsNames) {
  write("train_X.bin", std::string(3 * 27648, '\1'));
  write("train_y.bin", "\1\2\3");
  write("test_X.bin", std::string(27648, '\2'));
  write("test_y.bin", "\4");
  const ImageParts parts = read_images("stl10", folder_).cut({.validation = 0.34}, 1);
  EXPECT_EQ(parts.train.count, 2);
  EXPECT_EQ(parts.train.height, 96);
  EXPECT_EQ(Promotion::open(parts.test).labels, (std::vector<std::int64_t>{3}));
}

TEST_F(ImagesTest, IdxPairsAreReadPlainAndGzipped) {
  const std::string pixels = idx(0x803, {2, 2, 3}, "abcdefghijkl");
  const std::string labels = idx(0x801, {2}, std::string("\x04\x09", 2));
  const Images plain = read_idx(write("i", pixels), write("l", labels));
  const Images zipped = read_idx(write_gzip("i.gz", pixels), write_gzip("l.gz", labels));
  EXPECT_EQ(plain.height, 2);
  EXPECT_EQ(plain.width, 3);
  EXPECT_EQ(plain.pixels, (std::vector<std::uint8_t>{'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i',
                                                     'j', 'k', 'l'}));
  EXPECT_EQ(plain.labels, (std::vector<std::int64_t>{4, 9}));
  EXPECT_EQ(zipped.pixels, plain.pixels);
}

TEST_F(ImagesTest, WrongIdxFilesAreNamedWithTheOffset) {
  const std::string pixels = idx(0x803, {2, 1, 2}, "abcd");
  const std::string labels = idx(0x801, {2}, std::string("\x01\x02", 2));
  struct Row {
    std::string pixels, labels, want;
  };
  const std::vector<Row> rows = {
      {labels, labels, "i: offset 10: the file ends inside its header of 16 bytes"},
      {idx(0x801, {2, 1, 2}, "abcd"), labels,
       "i: offset 0: magic is 0x00000801, expected 0x00000803"},
      {pixels.substr(0, 19), labels,
       "i: offset 19: the file has 3 bytes after its header, expected 2 x 1 x 2: it is truncated"},
      {pixels + "e", labels,
       "i: offset 21: the file has 5 bytes after its header, expected 2 x 1 x 2: it is too long"},
      {idx(0x803, {1U << 31, 1U << 31, 4}, ""), labels,
       "i: offset 16: the file has 0 bytes after its header, expected 2147483648 x"},
      {idx(0x803, {0, 1, 2}, ""), idx(0x801, {0}, ""), "i: offset 4: sizes are 0 x 1 x 2"},
      {pixels, idx(0x801, {3}, "\x01\x01\x01"), "l: offset 4: 3 labels, expected 2"},
      {pixels, idx(0x801, {2}, "\x01\x0a"), "l: offset 9: the label is 10, expected 0 to 9"},
      {"", labels, "i: offset 0: the file ends inside its header"},
  };
  for (const Row& row : rows) {
    const std::string got =
        error_of([&] { (void)read_idx(write("i", row.pixels), write("l", row.labels)); });
    EXPECT_TRUE(got.starts_with(row.want)) << "got:  " << got << "\nwant: " << row.want;
  }
}

TEST_F(ImagesTest, AnUnknownFormatAndAMissingFileSayWhatToDo) {
  EXPECT_EQ(error_of([] { (void)read_images("cifar11", "."); }),
            "unknown image format \"cifar11\"; did you mean \"cifar10\"? known: digits, cifar10, "
            "cifar100, stl10, idx");
  const std::string missing = error_of([&] { (void)read_digits(path("absent.csv")); });
  EXPECT_TRUE(missing.starts_with("absent.csv: cannot read the file (No such file")) << missing;
}

TEST(RealImagesTest, DigitsHaveTheirPublishedCounts) {
  const std::string file = ANTIGRAD_SOURCE_DIR "/.deps/data/digits.csv.gz";
  NEED_FILE(file);
  const Images images = read_digits(file);
  EXPECT_EQ(images.count, 1797);
  std::vector<int> counts(10);
  for (const std::int64_t label : images.labels) ++counts[static_cast<std::size_t>(label)];
  EXPECT_EQ(counts, (std::vector<int>{178, 182, 177, 183, 181, 182, 181, 179, 174, 180}));
}

TEST(RealImagesTest, CifarHasBalancedClassesAndThePublishedMean) {
  const std::string folder = data_folder() + "/cifar10";
  NEED_FILE(folder);
  const ImageParts parts = read_images("cifar10", folder).cut({.validation = 0.1}, 1);
  EXPECT_EQ(parts.train.count, 9000);
  EXPECT_EQ(parts.validation.count, 1000);
  EXPECT_EQ(Promotion::open(parts.test).count, 2000);
  double red = 0;
  for (const Images* part : {&parts.train, &parts.validation}) {
    for (std::size_t at = 0; at < part->pixels.size(); at += 3072) {
      const auto plane = part->pixels.begin() + static_cast<std::ptrdiff_t>(at);
      red += std::accumulate(plane, plane + 1024, 0.0);
    }
  }
  EXPECT_NEAR(red / (10000.0 * 1024 * 255), 0.4914, 0.005);
}

TEST(RealImagesTest, Cifar100IsReadWhole) {
  const std::string folder = data_folder() + "/cifar100";
  NEED_FILE(folder);
  const ImageParts parts = read_images("cifar100", folder).cut({.validation = 0.2}, 1);
  EXPECT_EQ(parts.train.count + parts.validation.count, 5000);
  std::vector<int> counts(100);
  for (const Images& part : {parts.train, parts.validation, Promotion::open(parts.test)})
    for (const std::int64_t label : part.labels) ++counts[static_cast<std::size_t>(label)];
  EXPECT_EQ(counts, std::vector<int>(100, 60));
}

TEST(RealImagesTest, FashionMnistIsReadWhole) {
  const std::string folder = data_folder() + "/fashion_mnist";
  NEED_FILE(folder);
  const ImageParts parts = read_images("idx", folder).cut({.validation = 0.1}, 1);
  EXPECT_EQ(parts.train.count, 54000);
  EXPECT_EQ(parts.train.height * parts.train.width, 784);
  EXPECT_EQ(Promotion::open(parts.test).count, 10000);
}

}  // namespace
}  // namespace antigrad::trainer
