// What all image formats share: cutting, files in folders, and the table of formats.
#include "trainer/data/images.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>

#include "space/error.hpp"
#include "trainer/data/image_files.hpp"

namespace antigrad::trainer {
namespace {

struct Format {
  const char* name;
  UncutImages (*read)(const std::string& path);
};

constexpr Format kFormats[] = {
    {"digits", [](const std::string& path) { return UncutImages(path, read_digits(path)); }},
    {"cifar10", [](const std::string& path) { return read_cifar_folder(10, path); }},
    {"cifar100", [](const std::string& path) { return read_cifar_folder(100, path); }},
    {"stl10", [](const std::string& path) { return read_stl10_folder(path); }},
    {"idx", [](const std::string& path) { return read_idx_folder(path); }},
};

Images empty_like(const Images& images) {
  Images same = {.channels = images.channels,
                 .height = images.height,
                 .width = images.width,
                 .classes = images.classes,
                 .white = images.white,
                 .pixels = {},
                 .labels = {}};
  return same;
}

}  // namespace

Images gather(const Images& images, const std::vector<int>& indices) {
  Images some = empty_like(images);
  some.count = static_cast<int>(indices.size());
  some.pixels.reserve(indices.size() * images.size());
  for (const int i : indices) {
    const auto begin = images.pixels.begin() +
                       static_cast<std::ptrdiff_t>(static_cast<std::size_t>(i) * images.size());
    some.pixels.insert(some.pixels.end(), begin,
                       begin + static_cast<std::ptrdiff_t>(images.size()));
    some.labels.push_back(images.labels[static_cast<std::size_t>(i)]);
  }
  return some;
}

ImageParts UncutImages::cut(Shares shares, std::uint64_t seed) const {
  if (test_) shares.test = 0;
  const Split split = placed(path_, [&] { return split_images(images_.count, shares, seed); });
  return {gather(images_, split.train), gather(images_, split.validation),
          test_
              ? *test_
              : split.test.then([all = std::make_shared<const Images>(images_)](
                                    const std::vector<int>& test) { return gather(*all, test); })};
}

std::string find_file(const std::string& folder, const std::string& name) {
  for (const char* ending : {"", ".gz"}) {
    const std::string path = folder + "/" + name + ending;
    if (std::filesystem::exists(path)) return path;
  }
  throw space::Error(
      {folder},
      fmt::format(
          "has no {0} and no {0}.gz, expected one; `antigrad data get` fetches the published sets",
          name));
}

Images same_kind(Images test, const Images& train, const std::string& path) {
  const auto kind = [](const Images& images) {
    return fmt::format("{} x {} x {}, {} classes, white {}", images.channels, images.height,
                       images.width, images.classes, images.white);
  };
  if (kind(test) != kind(train)) {
    throw space::Error(
        {path},
        fmt::format("test images are {}, expected {} as in training; are they of one data set?",
                    kind(test), kind(train)));
  }
  return test;
}

UncutImages read_images(const std::string& format, const std::string& path) {
  std::vector<std::string> known;
  for (const Format& row : kFormats) {
    if (format == row.name) return row.read(path);
    known.emplace_back(row.name);
  }
  throw space::Error(fmt::format("unknown image format \"{}\";{} known: {}", format,
                                 space::did_you_mean(format, known), fmt::join(known, ", ")));
}

}  // namespace antigrad::trainer
