// idx files, as the MNIST family is published: magic 0x000008DD (bytes in D dimensions), sizes as
// big-endian 32 bits, data.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <limits>
#include <span>
#include <utility>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/image_files.hpp"

namespace antigrad::trainer {
namespace {

using Bytes = std::span<const std::uint8_t>;

std::uint32_t big_endian(Bytes bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | std::uint32_t{bytes[at + 3]};
}

/// a * b, or the largest number where that does not fit: a false header must not look right modulo
/// 2^64.
std::size_t product(std::size_t a, std::size_t b) {
  std::size_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::numeric_limits<std::size_t>::max() : result;
}

/// Sizes of an idx file of unsigned bytes with `dimensions` of them; the file is exactly as long as
/// they say.
std::vector<std::size_t> read_sizes(const std::string& path, Bytes bytes, std::size_t dimensions) {
  const std::size_t header = 4 + 4 * dimensions;
  if (bytes.size() < header) {
    fail_at(
        path, bytes.size(),
        fmt::format("the file ends inside its header of {} bytes; it is truncated; fetch it again",
                    header));
  }
  const auto want = static_cast<std::uint32_t>(0x800 + dimensions);
  if (big_endian(bytes, 0) != want) {
    fail_at(
        path, 0,
        fmt::format(
            "magic is {:#010x}, expected {:#010x} (idx of bytes in {} dimension{}); are images and "
            "labels exchanged?",
            big_endian(bytes, 0), want, dimensions, dimensions == 1 ? "" : "s"));
  }
  std::vector<std::size_t> sizes;
  std::size_t total = 1;
  for (std::size_t i = 0; i < dimensions; ++i) {
    sizes.push_back(big_endian(bytes, 4 + 4 * i));
    total = product(total, sizes.back());
  }
  if (total != bytes.size() - header) {
    fail_at(path, bytes.size(),
            fmt::format("the file has {} bytes after its header, expected {}: it is {}",
                        bytes.size() - header, fmt::join(sizes, " x "),
                        total > bytes.size() - header ? "truncated; fetch it again"
                                                      : "too long; fetch it again"));
  }
  return sizes;
}

}  // namespace

Images read_idx(const std::string& image_path, const std::string& label_path, int classes) {
  const FileBytes image_file(image_path), label_file(label_path);
  const Bytes pixels = image_file.bytes(), labels = label_file.bytes();
  const std::vector<std::size_t> sizes = read_sizes(image_path, pixels, 3);
  const std::vector<std::size_t> counts = read_sizes(label_path, labels, 1);
  if (sizes[0] != counts[0]) {
    fail_at(label_path, 4,
            fmt::format("{} labels, expected {} as in {}; are both files of one part?", counts[0],
                        sizes[0], image_path));
  }
  if (sizes[0] == 0 || sizes[1] == 0 || sizes[2] == 0) {
    fail_at(image_path, 4,
            fmt::format("sizes are {}, expected at least 1 each; fetch it again",
                        fmt::join(sizes, " x ")));
  }
  for (std::size_t i = 8; i < labels.size(); ++i) {
    if (labels[i] >= classes) {
      fail_at(label_path, i,
              fmt::format("the label is {}, expected 0 to {}; is it of another data set?",
                          labels[i], classes - 1));
    }
  }
  const int count = static_cast<int>(sizes[0]);
  return {.count = count,
          .channels = 1,
          .height = static_cast<int>(sizes[1]),
          .width = static_cast<int>(sizes[2]),
          .classes = classes,
          .pixels = {pixels.begin() + 16, pixels.end()},
          .labels = {labels.begin() + 8, labels.end()}};
}

UncutImages read_idx_folder(const std::string& folder, int classes) {
  const auto find = [&](const std::string& part, const char* kind) {
    return find_file(folder, part + kind);
  };
  Images train =
      read_idx(find("train", "-images-idx3-ubyte"), find("train", "-labels-idx1-ubyte"), classes);
  const std::string images = find("t10k", "-images-idx3-ubyte"),
                    labels = find("t10k", "-labels-idx1-ubyte");
  Images kind = gather(train, {});
  return {folder, std::move(train), Sealed<Images>([=] {
            return same_kind(read_idx(images, labels, classes), kind, images);
          })};
}

}  // namespace antigrad::trainer
