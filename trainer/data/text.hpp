// A text as token ids, cut into what trains, what validates and what only a TestKey opens. No torch
// here.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "trainer/data/sealed.hpp"
#include "trainer/data/split.hpp"
#include "trainer/data/tokens.hpp"

namespace antigrad::trainer {

/// Some ranges of a sequence of ids; the rest of it cannot be reached. A value: copies share the
/// ids and may be read from many threads.
class Text {
 public:
  Text(Tokens tokens, std::vector<Range> ranges)
      : tokens_(std::move(tokens)), ranges_(std::move(ranges)) {}

  const std::vector<Range>& ranges() const { return ranges_; }
  int vocabulary() const { return tokens_.vocabulary(); }
  std::size_t size() const;  // ids in all ranges
  /// ids[begin .. begin + out.size()) into out; positions are those of ranges(). Throws
  /// std::out_of_range unless they lie in one range.
  void copy(std::size_t begin, std::span<std::int64_t> out) const;

 private:
  Tokens tokens_;
  std::vector<Range> ranges_;
};

struct TextParts {
  Text train, validation;
  Sealed<Text> test;
};

/// How a text lies in files. format: bytes, tokens_u16 or bpe; vocabulary: of tokens_u16;
/// tokenizer: of bpe, a folder as Tokenizer::open reads it.
struct TextFiles {
  std::string format;
  std::string path;
  std::string test_path{};  // "": the test part is cut out of the text
  int vocabulary = 256;
  std::string tokenizer{};
};

/// All of a text. The one thing to do with it is to cut it into parts.
class UncutText {
 public:
  /// path: for errors.
  UncutText(std::string path, Tokens tokens, std::optional<Sealed<Text>> test)
      : path_(std::move(path)), tokens_(std::move(tokens)), test_(std::move(test)) {}

  int vocabulary() const { return tokens_.vocabulary(); }
  /// By split_text; with a test file that is the test, and shares.test is not used.
  TextParts cut(Shares shares) const;

 private:
  std::string path_;
  Tokens tokens_;
  std::optional<Sealed<Text>> test_;
};

/// Opens a text; its test file is not looked at before somebody opens the test part. Errors of
/// Tokens and Tokenizer, and for an unknown format.
UncutText read_text(const TextFiles& files);

/// A text of another source, to validate on: all of it. It must have the same vocabulary.
Text read_whole_text(const TextFiles& files);

}  // namespace antigrad::trainer
