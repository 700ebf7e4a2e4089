// The files of the image formats, one by one, whatever part of a data set they hold. For images.cpp
// and tests: a search reads images through images.hpp.
#pragma once
#include <string>
#include <vector>

#include "trainer/data/images.hpp"

namespace antigrad::trainer {

/// scikit-learn's digits.csv(.gz): rows of 64 pixels 0..16 and a label 0..9, giving 8x8x1.
Images read_digits(const std::string& path);

/// CIFAR binary files one after another: records of 1 label byte (CIFAR-100: coarse, then fine, and
/// the fine one counts) and 3,072 bytes R, G, B planes of 32x32. classes: 10 or 100. Files may be
/// gzipped.
Images read_cifar(int classes, const std::vector<std::string>& paths);

/// STL-10: 27,648 bytes an image, R, G, B planes of 96x96, each column by column, and a file of
/// labels 1 to 10, which become 0 to 9. Files may be gzipped.
Images read_stl10(const std::string& images, const std::string& labels);

/// A pair of idx files: bytes [count][height][width] and labels [count], plain or gzipped. Labels
/// lie below `classes`.
Images read_idx(const std::string& images, const std::string& labels, int classes = 10);

/// What lies in a folder. cifar: the official names (data_batch_*.bin and test_batch.bin; train.bin
/// and test.bin), else every *train*.bin and *test*.bin, in the order of their names. stl10:
/// {train,test}_X.bin and _y.bin. idx: {train,t10k}-images-idx3-ubyte and -labels-idx1-ubyte; all
/// with or without .gz. The files of the test part must be there, and are not read before it is
/// opened.
UncutImages read_cifar_folder(int classes, const std::string& folder);
UncutImages read_stl10_folder(const std::string& folder);
UncutImages read_idx_folder(const std::string& folder, int classes = 10);

/// The path of `name` in a folder, plain or with .gz. Error when there is neither.
std::string find_file(const std::string& folder, const std::string& name);

/// `test` as its reader gave it from `path`. Error when its sizes or classes are not those of
/// `train`.
Images same_kind(Images test, const Images& train, const std::string& path);

}  // namespace antigrad::trainer
