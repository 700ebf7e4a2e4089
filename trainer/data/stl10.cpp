// STL-10 in its binary form (Coates, Lee, Ng 2011). Its planes are written column by column, as
// MATLAB keeps matrices: the byte of row r and column c stands at 96 c + r.
#include <fmt/format.h>

#include <span>
#include <utility>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/image_files.hpp"

namespace antigrad::trainer {
namespace {

constexpr std::size_t kSide = 96, kPlane = kSide * kSide;

void append_transposed(std::span<const std::uint8_t> plane, std::vector<std::uint8_t>& pixels) {
  for (std::size_t row = 0; row < kSide; ++row)
    for (std::size_t column = 0; column < kSide; ++column)
      pixels.push_back(plane[column * kSide + row]);
}

void read_labels(const std::string& path, std::span<const std::uint8_t> labels, Images& images) {
  if (labels.size() != static_cast<std::size_t>(images.count)) {
    fail_at(path, labels.size(),
            fmt::format("the file has {} labels, expected {}, one an image: it is {}",
                        labels.size(), images.count,
                        labels.size() < static_cast<std::size_t>(images.count)
                            ? "truncated; fetch it again"
                            : "too long; fetch it again"));
  }
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 1 || labels[i] > images.classes) {
      fail_at(path, i,
              fmt::format("the label is {}, expected 1 to {}; is this {} of STL-10?", labels[i],
                          images.classes, "train_y.bin or test_y.bin"));
    }
    images.labels.push_back(labels[i] - 1);
  }
}

}  // namespace

Images read_stl10(const std::string& image_path, const std::string& label_path) {
  Images images{.channels = 3,
                .height = static_cast<int>(kSide),
                .width = static_cast<int>(kSide),
                .classes = 10,
                .pixels = {},
                .labels = {}};
  const FileBytes file(image_path), labels(label_path);
  const std::span<const std::uint8_t> bytes = file.bytes();
  const std::size_t image = images.size();
  if (bytes.empty() || bytes.size() % image != 0) {
    fail_at(image_path, bytes.size() / image * image,
            fmt::format("the last image has {} bytes, expected {} each; the file is truncated, has "
                        "a tail, or is not the binary version of STL-10",
                        bytes.size() % image, image));
  }
  images.count = static_cast<int>(bytes.size() / image);
  images.pixels.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size(); at += kPlane)
    append_transposed(bytes.subspan(at, kPlane), images.pixels);
  read_labels(label_path, labels.bytes(), images);
  return images;
}

UncutImages read_stl10_folder(const std::string& folder) {
  Images train = read_stl10(find_file(folder, "train_X.bin"), find_file(folder, "train_y.bin"));
  const std::string images = find_file(folder, "test_X.bin"),
                    labels = find_file(folder, "test_y.bin");
  return {folder, std::move(train), Sealed<Images>([=] { return read_stl10(images, labels); })};
}

}  // namespace antigrad::trainer
