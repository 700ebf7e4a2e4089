// CIFAR-10 and CIFAR-100 in their binary form (Krizhevsky 2009).
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <utility>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/image_files.hpp"

namespace antigrad::trainer {
namespace {

namespace fs = std::filesystem;
using Paths = std::vector<std::string>;

void check_label(const std::string& path, std::size_t offset, const char* what, int label,
                 int labels, int classes) {
  if (label < labels) return;
  fail_at(path, offset,
          fmt::format("{} is {}, expected 0 to {}; is this a binary CIFAR-{} file?", what, label,
                      labels - 1, classes));
}

void append(const std::string& path, Images& images) {
  const FileBytes file(path);
  const std::span<const std::uint8_t> bytes = file.bytes();
  const std::size_t header = images.classes == 100 ? 2 : 1;
  const std::size_t record = header + images.size();
  if (bytes.empty() || bytes.size() % record != 0) {
    fail_at(path, bytes.size() / record * record,
            fmt::format("the last record has {} bytes, expected records of {}; the file is "
                        "truncated, has a tail, or "
                        "is not the binary version of CIFAR-{}",
                        bytes.size() % record, record, images.classes));
  }
  images.pixels.reserve(images.pixels.size() + bytes.size() / record * images.size());
  for (std::size_t at = 0; at < bytes.size(); at += record) {
    if (header == 2) check_label(path, at, "the coarse label", bytes[at], 20, images.classes);
    const int label = bytes[at + header - 1];
    check_label(path, at + header - 1, "the label", label, images.classes, images.classes);
    images.labels.push_back(label);
    const auto pixels = bytes.subspan(at + header, images.size());
    images.pixels.insert(images.pixels.end(), pixels.begin(), pixels.end());
    ++images.count;
  }
}

/// Files of `folder` whose name satisfies `wanted`, by name.
template <class Wanted>
Paths files(const std::string& folder, Wanted wanted) {
  Paths found;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if ((name.ends_with(".bin") || name.ends_with(".bin.gz")) && wanted(name))
      found.push_back(entry.path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

Paths named(const std::string& folder, const std::string& part) {
  return files(folder,
               [&](const std::string& name) { return name.find(part) != std::string::npos; });
}

}  // namespace

Images read_cifar(int classes, const Paths& paths) {
  if (classes != 10 && classes != 100)
    throw space::Error(fmt::format("CIFAR has 10 or 100 classes, got {}", classes));
  Images images{
      .channels = 3, .height = 32, .width = 32, .classes = classes, .pixels = {}, .labels = {}};
  for (const std::string& path : paths) append(path, images);
  return images;
}

UncutImages read_cifar_folder(int classes, const std::string& folder) {
  if (!fs::is_directory(folder)) {
    throw space::Error(
        {folder},
        fmt::format("is not a folder, expected one with the binary files of CIFAR-{}", classes));
  }
  Paths train = named(folder, "data_batch_");
  if (train.empty()) train = named(folder, "train");
  const Paths test = named(folder, "test");
  if (train.empty()) {
    throw space::Error(
        {folder},
        fmt::format("has no data_batch_*.bin, train.bin or *train*.bin; unpack the binary "
                    "version of CIFAR-{} there",
                    classes));
  }
  Images images = read_cifar(classes, train);
  if (test.empty()) return {folder, std::move(images)};
  return {folder, std::move(images), Sealed<Images>([=] { return read_cifar(classes, test); })};
}

}  // namespace antigrad::trainer
