// scikit-learn's digits (UCI "Optical Recognition of Handwritten Digits", reduced to 8x8 counts of
// 0..16).
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/image_files.hpp"

namespace antigrad::trainer {
namespace {

constexpr int kColumns = 65;
constexpr int kWhite = 16;

/// One line, columns 1..65: pixels, then the label.
class RowReader {
 public:
  RowReader(const std::string& path, int line, std::string_view text)
      : path_(path), line_(line), text_(text) {}

  void read_into(Images& images) {
    for (int column = 1; column < kColumns; ++column) {
      images.pixels.push_back(static_cast<std::uint8_t>(next(kWhite, "pixel")));
    }
    images.labels.push_back(next(images.classes - 1, "label"));
    if (position_ <= text_.size())
      fail("the row goes on after 65 columns, expected 64 pixels and a label");
    ++images.count;
  }

 private:
  int next(int highest, const char* what) {
    if (position_ > text_.size()) fail("the row ends early, expected 64 pixels and a label");
    const std::size_t comma = std::min(text_.find(',', position_), text_.size());
    const std::string_view cell = text_.substr(position_, comma - position_);
    int value = -1;
    const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error != std::errc{} || end != cell.data() + cell.size() || value < 0 || value > highest) {
      fail(fmt::format("{} is \"{}\", expected a whole number from 0 to {}", what, cell, highest));
    }
    position_ = comma + 1;
    return value;
  }
  [[noreturn]] void fail(const std::string& message) const {
    const int column = static_cast<int>(std::min(position_, text_.size())) + 1;
    throw space::Error({path_, line_, column}, message + "; is this scikit-learn's digits.csv.gz?");
  }

  const std::string& path_;
  int line_;
  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace

Images read_digits(const std::string& path) {
  const std::vector<std::uint8_t> bytes = read_file(path, std::size_t{1} << 26);
  std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  Images images{.channels = 1,
                .height = 8,
                .width = 8,
                .classes = 10,
                .white = kWhite,
                .pixels = {},
                .labels = {}};
  for (int line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view row = text.substr(0, end);
    if (row.ends_with('\r')) row.remove_suffix(1);
    RowReader(path, line, row).read_into(images);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  if (images.count == 0)
    throw space::Error({path}, "the file is empty, expected rows of 64 pixels and a label");
  return images;
}

}  // namespace antigrad::trainer
