// idx files, as the MNIST family is published: magic 0x000008DD (bytes in D dimensions), sizes as
// big-endian 32 bits, data.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <filesystem>
#include <limits>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/images.hpp"

namespace antigrad::trainer {
namespace {

namespace fs = std::filesystem;
using Bytes = std::vector<std::uint8_t>;

std::uint32_t big_endian(const Bytes& bytes, std::size_t at) {
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
std::vector<std::size_t> read_sizes(const std::string& path, const Bytes& bytes,
                                    std::size_t dimensions) {
  const std::size_t header = 4 + 4 * dimensions;
  if (bytes.size() < header) {
    fail_at(path, bytes.size(),
            fmt::format("the file ends inside its header of {} bytes; it is truncated", header));
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
                        total > bytes.size() - header ? "truncated" : "too long"));
  }
  return sizes;
}

/// Name in the folder, plain or with .gz.
std::string find(const std::string& folder, const std::string& name) {
  for (const char* ending : {"", ".gz"}) {
    const std::string path = folder + "/" + name + ending;
    if (fs::exists(path)) return path;
  }
  throw space::Error({folder}, fmt::format("has no {0} and no {0}.gz", name));
}

}  // namespace

Images read_idx(const std::string& image_path, const std::string& label_path, int classes) {
  const Bytes pixels = read_file(image_path);
  const Bytes labels = read_file(label_path);
  const std::vector<std::size_t> sizes = read_sizes(image_path, pixels, 3);
  const std::vector<std::size_t> counts = read_sizes(label_path, labels, 1);
  if (sizes[0] != counts[0]) {
    fail_at(label_path, 4,
            fmt::format("{} labels, expected {} as in {}", counts[0], sizes[0], image_path));
  }
  if (sizes[0] == 0 || sizes[1] == 0 || sizes[2] == 0) {
    fail_at(image_path, 4,
            fmt::format("sizes are {}, expected at least 1 each", fmt::join(sizes, " x ")));
  }
  for (std::size_t i = 8; i < labels.size(); ++i) {
    if (labels[i] >= classes) {
      fail_at(label_path, i,
              fmt::format("the label is {}, expected 0 to {}", labels[i], classes - 1));
    }
  }
  const int count = static_cast<int>(sizes[0]);
  return {.count = count,
          .channels = 1,
          .height = static_cast<int>(sizes[1]),
          .width = static_cast<int>(sizes[2]),
          .classes = classes,
          .test_first = count,
          .pixels = {pixels.begin() + 16, pixels.end()},
          .labels = {labels.begin() + 8, labels.end()}};
}

Images read_idx_folder(const std::string& folder, int classes) {
  const auto pair = [&](const std::string& part) {
    return read_idx(find(folder, part + "-images-idx3-ubyte"),
                    find(folder, part + "-labels-idx1-ubyte"), classes);
  };
  return join_test(pair("train"), pair("t10k"));
}

}  // namespace antigrad::trainer
