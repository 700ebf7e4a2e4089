// Cutting a text, and the table of its formats.
#include "trainer/data/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/token_files.hpp"
#include "trainer/data/tokenizer.hpp"

namespace antigrad::trainer {
namespace {

Tokens read_bpe(const TextFiles& files) {
  const Tokenizer tokenizer = Tokenizer::open(files.tokenizer);
  const FileBytes file(files.path);
  std::vector<std::uint16_t> ids = tokenizer.encode(file.text(), files.path);
  if (ids.empty())
    throw space::Error({files.path}, "the file is empty, expected a text; check the path");
  return {std::move(ids), tokenizer.vocabulary()};
}

struct Format {
  const char* name;
  Tokens (*read)(const TextFiles& files);
};

constexpr Format kFormats[] = {
    {"bytes", [](const TextFiles& files) { return read_bytes(files.path); }},
    {"tokens_u16", [](const TextFiles& files) { return read_u16(files.path, files.vocabulary); }},
    {"bpe", &read_bpe},
};

Tokens read_tokens(const TextFiles& files) {
  std::vector<std::string> known;
  for (const Format& row : kFormats) {
    if (files.format == row.name) return row.read(files);
    known.emplace_back(row.name);
  }
  throw space::Error(fmt::format("unknown text format \"{}\";{} known: {}", files.format,
                                 space::did_you_mean(files.format, known), fmt::join(known, ", ")));
}

}  // namespace

std::size_t Text::size() const {
  std::size_t size = 0;
  for (const Range& range : ranges_) size += range.size();
  return size;
}

void Text::copy(std::size_t begin, std::span<std::int64_t> out) const {
  const auto after = std::upper_bound(
      ranges_.begin(), ranges_.end(), begin,
      [](std::size_t position, const Range& range) { return position < range.begin; });
  if (after == ranges_.begin() || begin > after[-1].end || out.size() > after[-1].end - begin) {
    throw std::out_of_range(fmt::format("tokens {} to {} are not in one range of this text", begin,
                                        begin + out.size()));
  }
  tokens_.copy(begin, out);
}

TextParts UncutText::cut(Shares shares) const {
  if (test_) shares.test = 0;
  TextSplit split = placed(path_, [&] { return split_text(tokens_.size(), shares); });
  return {Text(tokens_, std::move(split.train)), Text(tokens_, std::move(split.validation)),
          test_ ? *test_ : split.test.then([tokens = tokens_](std::vector<Range> test) {
            return Text(tokens, std::move(test));
          })};
}

Text read_whole_text(const TextFiles& files) {
  Tokens tokens = read_tokens(files);
  const std::size_t size = tokens.size();
  return {std::move(tokens), {Range{0, size}}};
}

UncutText read_text(const TextFiles& files) {
  if (files.test_path.empty()) return {files.path, read_tokens(files), std::nullopt};
  TextFiles test = files;
  test.path = files.test_path;
  return {files.path, read_tokens(files), Sealed<Text>([test] { return read_whole_text(test); })};
}

}  // namespace antigrad::trainer
