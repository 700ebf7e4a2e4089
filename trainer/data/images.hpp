// Labelled images from the files of a data set, cut into what trains, what validates and what only
// a TestKey opens. No torch here. Wrong files are space::Error: "file: offset N: what, got,
// expected, way out".
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trainer/data/sealed.hpp"
#include "trainer/data/split.hpp"

namespace antigrad::trainer {

/// Images of one size with one label each.
struct Images {
  int count = 0, channels = 0, height = 0, width = 0;
  int classes = 0;
  int white = 255;                   // the pixel value of full intensity: 255, for digits 16
  std::vector<std::uint8_t> pixels;  // [count][channels][height][width], 0..white
  std::vector<std::int64_t> labels;  // [count], 0..classes-1

  /// Bytes of one image.
  std::size_t size() const {
    return static_cast<std::size_t>(channels) * static_cast<std::size_t>(height) *
           static_cast<std::size_t>(width);
  }
};

/// The images that `indices` name, in their order.
Images gather(const Images& images, const std::vector<int>& indices);

struct ImageParts {
  Images train, validation;
  Sealed<Images> test;
};

/// All images of a data set. The one thing to do with them is to cut them into parts.
class UncutImages {
 public:
  /// path: for errors. No official test part: `cut` takes one out of them.
  UncutImages(std::string path, Images all) : path_(std::move(path)), images_(std::move(all)) {}
  /// The official test part is read when somebody opens it.
  UncutImages(std::string path, Images train, Sealed<Images> test)
      : path_(std::move(path)), images_(std::move(train)), test_(std::move(test)) {}

  /// By split_images; with an official test part that is the test, and shares.test is not used.
  ImageParts cut(Shares shares, std::uint64_t seed) const;

 private:
  std::string path_;
  Images images_;
  std::optional<Sealed<Images>> test_;
};

/// Reads by format name: digits (path: a file), cifar10, cifar100, stl10, idx (path: a folder).
/// Error for another name. What image_files.hpp says of each format.
UncutImages read_images(const std::string& format, const std::string& path);

}  // namespace antigrad::trainer
