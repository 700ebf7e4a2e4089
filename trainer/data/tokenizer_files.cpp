// Strict readers of both files.
#include "trainer/data/tokenizer_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/unicode_class.hpp"

namespace antigrad::trainer {
namespace {

constexpr std::size_t kLargest = std::size_t{1} << 28;  // bytes of a file
constexpr int kIds = 65536;

constexpr bool prints(int byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

/// GPT-2's table: characters by byte.
constexpr std::array<char32_t, 256> kCharacters = [] {
  std::array<char32_t, 256> characters{};
  char32_t next = 0x100;
  for (int byte = 0; byte < 256; ++byte)
    characters[static_cast<std::size_t>(byte)] =
        prints(byte) ? static_cast<char32_t>(byte) : next++;
  return characters;
}();

/// Reads {"token": id, ...}.
class VocabularyReader {
 public:
  VocabularyReader(std::string path, std::string_view text) : path_(std::move(path)), text_(text) {}

  Vocabulary read() {
    Vocabulary vocabulary;
    expect('{', "to open the map of tokens to ids");
    do {
      skip_blanks();
      const std::size_t begin = at_;
      std::string token = string();
      expect(':', "after a token");
      const int id = number();
      add(vocabulary, std::move(token), id, begin);
      skip_blanks();
    } while (accept(','));
    expect('}', "to close the map of tokens to ids");
    skip_blanks();
    if (at_ < text_.size()) fail(at_, fmt::format("expected the end of the file, got {}", here()));
    return vocabulary;
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& message) const {
    const std::string_view before = text_.substr(0, at);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto column = at - (before.rfind('\n') == before.npos ? 0 : before.rfind('\n') + 1);
    throw space::Error({path_, static_cast<int>(line), static_cast<int>(column) + 1},
                       message + "; is this a GPT-2 vocab.json?");
  }

  std::string here() const {
    if (at_ >= text_.size()) return "the end of the file";
    const unsigned char c = static_cast<unsigned char>(text_[at_]);
    return c > ' ' && c < 0x7f ? fmt::format("'{}'", text_[at_]) : fmt::format("byte {:#04x}", c);
  }

  void skip_blanks() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }
  bool accept(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  void expect(char c, const char* what) {
    skip_blanks();
    if (!accept(c)) fail(at_, fmt::format("expected '{}' {}, got {}", c, what, here()));
  }

  std::string string() {
    const std::size_t begin = at_;
    if (!accept('"')) fail(at_, fmt::format("expected a token in quotes, got {}", here()));
    std::string value;
    while (!accept('"')) {
      if (at_ >= text_.size()) fail(begin, "the token's quotes are not closed");
      if (accept('\\')) {
        value += escape();
      } else {
        const std::size_t from = at_;
        const char32_t c = next_code_point(text_, at_);
        if (c == kNotUtf8) fail(from, fmt::format("{} is not UTF-8, expected UTF-8 text", here()));
        if (c < ' ')
          fail(from, fmt::format("byte {:#04x} inside quotes, expected \\u{:04x}",
                                 static_cast<unsigned>(c), static_cast<unsigned>(c)));
        value += text_.substr(from, at_ - from);
      }
    }
    return value;
  }

  std::string escape() {
    constexpr std::string_view kFrom = "\"\\/bfnrt", kTo = "\"\\/\b\f\n\r\t";
    const std::size_t begin = at_ - 1;
    if (accept('u')) {
      char32_t c = hexadecimal();
      if (c >= 0xd800 && c < 0xdc00 && text_.substr(at_, 2) == "\\u") {
        at_ += 2;
        const char32_t low = hexadecimal();
        c = low >= 0xdc00 && low < 0xe000 ? 0x10000 + ((c & 0x3ff) << 10 | (low & 0x3ff)) : c;
      }
      if (c >= 0xd800 && c < 0xe000) fail(begin, "half a surrogate pair, expected a character");
      return utf8(c);
    }
    const std::size_t which = at_ < text_.size() ? kFrom.find(text_[at_]) : kFrom.npos;
    if (which == kFrom.npos)
      fail(begin, "unknown escape, expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u");
    ++at_;
    return {kTo[which]};
  }

  char32_t hexadecimal() {
    char32_t value = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = at_ < text_.size() ? text_[at_] : '\0';
      const std::size_t digit = std::string_view("0123456789abcdefABCDEF").find(c);
      if (c == '\0' || digit == std::string_view::npos)
        fail(at_, fmt::format("expected 4 hexadecimal digits after \\u, got {}", here()));
      value = value << 4 | static_cast<char32_t>(digit < 16 ? digit : digit - 6);
    }
    return value;
  }

  int number() {
    skip_blanks();
    const std::size_t begin = at_;
    int value = 0;
    while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && value < kIds)
      value = 10 * value + (text_[at_++] - '0');
    if (at_ == begin) fail(at_, fmt::format("expected an id, got {}", here()));
    if (value >= kIds)
      fail(begin, fmt::format("an id above {}: tokens are kept in 16 bits", kIds - 1));
    return value;
  }

  void add(Vocabulary& vocabulary, std::string token, int id, std::size_t begin) const {
    const auto index = static_cast<std::size_t>(id);
    if (index >= vocabulary.tokens.size()) vocabulary.tokens.resize(index + 1);
    if (token.empty()) fail(begin, "an empty token, expected at least one character");
    if (!vocabulary.tokens[index].empty())
      fail(begin, fmt::format("id {} of \"{}\" is that of \"{}\" already, expected each id once",
                              id, token, vocabulary.tokens[index]));
    if (!vocabulary.ids.emplace(token, id).second)
      fail(begin, fmt::format("token \"{}\" stands twice, expected each token once", token));
    vocabulary.tokens[index] = std::move(token);
  }

  std::string path_;
  std::string_view text_;
  std::size_t at_ = 0;
};

/// One line of merges.txt.
class MergeReader {
 public:
  MergeReader(const std::string& path, const Vocabulary& vocabulary)
      : path_(path), vocabulary_(vocabulary) {}

  Merge read(int line, std::string_view text) {
    line_ = line;
    const std::size_t space = text.find(' ');
    if (space == 0 || space == text.npos || space + 1 == text.size() ||
        text.find(' ', space + 1) != text.npos)
      fail(1, fmt::format("got \"{}\", expected two tokens with a space between them", text));
    const std::string left(text.substr(0, space)), right(text.substr(space + 1));
    const Merge merge{id(left, 1), id(right, static_cast<int>(space) + 2), id(left + right, 1)};
    if (!seen_.insert({merge.left, merge.right}).second)
      fail(1, fmt::format("the pair \"{}\" stands twice, expected each pair once", text));
    return merge;
  }

 private:
  [[noreturn]] void fail(int column, const std::string& message) const {
    throw space::Error({path_, line_, column}, message + "; is this a GPT-2 merges.txt?");
  }
  int id(const std::string& token, int column) const {
    const auto found = vocabulary_.ids.find(token);
    if (found == vocabulary_.ids.end())
      fail(column,
           fmt::format("\"{}\" is not in the vocabulary, expected tokens of vocab.json", token));
    return found->second;
  }

  const std::string& path_;
  const Vocabulary& vocabulary_;
  int line_ = 0;
  std::set<std::pair<int, int>> seen_;
};

}  // namespace

int byte_of(char32_t c) {
  if (c < 0x100) return prints(static_cast<int>(c)) ? static_cast<int>(c) : -1;
  const auto found = std::find(kCharacters.begin(), kCharacters.end(), c);
  return found == kCharacters.end() ? -1 : static_cast<int>(found - kCharacters.begin());
}

std::string spelling_of(unsigned char byte) { return utf8(kCharacters[byte]); }

Vocabulary read_vocabulary(const std::string& path) {
  const FileBytes file(path, kLargest);
  return VocabularyReader(path, file.text()).read();
}

std::vector<Merge> read_merges(const std::string& path, const Vocabulary& vocabulary) {
  const FileBytes file(path, kLargest);
  std::string_view rest = file.text();
  MergeReader reader(path, vocabulary);
  std::vector<Merge> merges;
  for (int line = 1; !rest.empty(); ++line) {
    std::string_view text = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(text.size() + 1, rest.size()));
    if (text.ends_with('\r')) text.remove_suffix(1);
    if ((line == 1 && text.starts_with("#version")) || (text.empty() && rest.empty())) continue;
    merges.push_back(reader.read(line, text));
  }
  return merges;
}

}  // namespace antigrad::trainer
