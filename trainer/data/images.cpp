// What all image formats share: joining an official test part, and the table of formats.
#include "trainer/data/images.hpp"

#include <fmt/format.h>

#include "space/error.hpp"

namespace antigrad::trainer {

Images join_test(Images train, const Images& test) {
  const auto shape = [](const Images& images) {
    return fmt::format("{} x {} x {}, {} classes, white {}", images.channels, images.height,
                       images.width, images.classes, images.white);
  };
  if (shape(train) != shape(test)) {
    throw space::Error(
        fmt::format("test images are {}, expected {} as in training", shape(test), shape(train)));
  }
  train.test_first = train.count;
  train.count += test.count;
  train.pixels.insert(train.pixels.end(), test.pixels.begin(), test.pixels.end());
  train.labels.insert(train.labels.end(), test.labels.begin(), test.labels.end());
  return train;
}

Images read_images(const std::string& format, const std::string& path) {
  if (format == "digits") return read_digits(path);
  if (format == "cifar10") return read_cifar_folder(10, path);
  if (format == "cifar100") return read_cifar_folder(100, path);
  if (format == "idx") return read_idx_folder(path);
  throw space::Error(
      fmt::format("unknown image format \"{}\";{} known: digits, cifar10, cifar100, idx", format,
                  space::did_you_mean(format, {"digits", "cifar10", "cifar100", "idx"})));
}

}  // namespace antigrad::trainer
