// Labelled images as their files hold them: scikit-learn's digits, CIFAR-10/100 in the binary form,
// idx (the MNIST family). No torch here. Wrong files are space::Error: "file: offset N: what, got,
// expected, way out".
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace antigrad::trainer {

/// Images of one size with one label each.
struct Images {
  int count = 0, channels = 0, height = 0, width = 0;
  int classes = 0;
  int white = 255;  // the pixel value of full intensity: 255, for digits 16
  int test_first =
      0;  // images from here to count are the format's official test part; count: it has none
  std::vector<std::uint8_t> pixels;  // [count][channels][height][width], 0..white
  std::vector<std::int64_t> labels;  // [count], 0..classes-1
};

/// scikit-learn's digits.csv(.gz): rows of 64 pixels 0..16 and a label 0..9, giving 8x8x1. No
/// official test part.
Images read_digits(const std::string& path);

/// CIFAR binary files: records of 1 label byte (CIFAR-100: coarse, then fine, and the fine one
/// counts) and 3,072 bytes R, G, B planes of 32x32. classes: 10 or 100. Paths are files; test may
/// be empty. Files may be gzipped.
Images read_cifar(int classes, const std::vector<std::string>& train,
                  const std::vector<std::string>& test);

/// The same from a folder: the official names (data_batch_*.bin and test_batch.bin; train.bin and
/// test.bin), else every *train*.bin and *test*.bin, in the order of their names.
Images read_cifar_folder(int classes, const std::string& folder);

/// A pair of idx files: bytes [count][height][width] and labels [count], plain or gzipped. Labels
/// lie below `classes`.
Images read_idx(const std::string& images, const std::string& labels, int classes = 10);

/// The four files of the MNIST family in a folder: {train,t10k}-images-idx3-ubyte and
/// -labels-idx1-ubyte, with or without .gz; the t10k pair is the official test part.
Images read_idx_folder(const std::string& folder, int classes = 10);

/// Both after one another, `test` as the official test part. Error when sizes, classes or white
/// differ.
Images join_test(Images train, const Images& test);

/// Reads by format name: digits (path: a file), cifar10, cifar100, idx (path: a folder). Error for
/// another name.
Images read_images(const std::string& format, const std::string& path);

}  // namespace antigrad::trainer
