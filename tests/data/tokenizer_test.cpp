// The tokenizer: words as the pattern cuts them, merges in their order, and back; the real texts
// where they are. tests/oracle/tokenizer.py compares with other implementations.
#include "trainer/data/tokenizer.hpp"

#include <algorithm>
#include <vector>

#include "tests/data/files.hpp"
#include "tests/data/promotion.hpp"
#include "trainer/data/pre_tokeniser.hpp"
#include "trainer/data/text.hpp"
#include "trainer/data/token_files.hpp"
#include "trainer/data/tokenizer_files.hpp"
#include "trainer/data/unicode_class.hpp"

namespace antigrad::trainer {
namespace {

using Words = std::vector<std::string>;
using Ids = std::vector<std::uint16_t>;

Words words(std::string_view text) {
  Words all;
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    end = word_end(text, begin);
    if (end == text.npos) return {"not UTF-8"};
    all.emplace_back(text.substr(begin, end - begin));
  }
  return all;
}

TEST(PreTokeniserTest, WordsAreThoseOfThePattern) {
  EXPECT_EQ(words("Hello world"), (Words{"Hello", " world"}));
  EXPECT_EQ(words("it's we'll they've I'm he'd don't you're 'x"),
            (Words{"it", "'s", " we", "'ll", " they", "'ve", " I", "'m", " he", "'d", " don", "'t",
                   " you", "'re", " '", "x"}));
  EXPECT_EQ(words(" 's 'lx"), (Words{" '", "s", " '", "lx"}));
  EXPECT_EQ(words("abc123!? x1"), (Words{"abc", "123", "!?", " x", "1"}));
  EXPECT_EQ(words("a  b   "), (Words{"a", " ", " b", "   "}));
  EXPECT_EQ(words("a \n b\n\nc"), (Words{"a", " \n", " b", "\n", "\n", "c"}));
  EXPECT_EQ(words("a\n"), (Words{"a", "\n"}));
  EXPECT_EQ(words(" "), (Words{" "}));
  EXPECT_EQ(words("\u00e9t\u00e9\u00a0\u00a0\u4e2d\u6587\u2167\U0001f600"),
            (Words{"\u00e9t\u00e9", "\u00a0", "\u00a0", "\u4e2d\u6587", "\u2167", "\U0001f600"}));
  EXPECT_EQ(words("ok \xff"), (Words{"not UTF-8"}));
}

TEST(PreTokeniserTest, OnlyWellFormedUtf8IsTaken) {
  for (const std::string bad : {"\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80",
                                "\x80", "\xe2\x82", "\xf8\x80\x80\x80", "\xc3"}) {
    std::size_t at = 0;
    EXPECT_EQ(next_code_point(bad, at), kNotUtf8) << bad.size();
    EXPECT_EQ(at, 0u);
  }
  EXPECT_EQ(utf8(U'\u20ac'), "\xe2\x82\xac");
  for (const char32_t c :
       {U'\0', U'a', U'\u0080', U'\u07ff', U'\u0800', U'\uffff', U'\U00010000', U'\U0010ffff'}) {
    std::size_t at = 0;
    EXPECT_EQ(next_code_point(utf8(c), at), c);
    EXPECT_EQ(at, utf8(c).size());
  }
}

/// Every byte by its value, then the merges' tokens.
class TokenizerTest : public FilesTest {
 protected:
  Tokenizer with(const std::vector<std::pair<std::string, std::string>>& merges) const {
    std::string vocabulary = "{\n", lines = "#version: 0.2\n";
    for (int byte = 0; byte < 256; ++byte)
      vocabulary += quoted(spelling_of(static_cast<unsigned char>(byte))) + ": " +
                    std::to_string(byte) + ",\n";
    int id = 256;
    for (const auto& [left, right] : merges) {
      vocabulary += quoted(left + right) + ": " + std::to_string(id++) + ",\n";
      lines += left + " " + right + "\n";
    }
    write("vocab.json", vocabulary + "\"<|endoftext|>\": " + std::to_string(id) + "}");
    write("merges.txt", lines);
    return Tokenizer::open(folder_);
  }

 private:
  static std::string quoted(const std::string& text) {
    return text == "\"" || text == "\\" ? "\"\\" + text + "\"" : '"' + text + '"';
  }
};

TEST_F(TokenizerTest, WithoutMergesIdsAreBytes) {
  const Tokenizer tokenizer = with({});
  EXPECT_EQ(tokenizer.vocabulary(), 257);
  EXPECT_EQ(tokenizer.encode("a \u00e9"), (Ids{'a', ' ', 0xc3, 0xa9}));
  EXPECT_EQ(tokenizer.encode(""), (Ids{}));
}

TEST_F(TokenizerTest, TheFirstPairOfTheListMergesFirst) {
  const Tokenizer tokenizer = with({{"b", "c"}, {"a", "b"}, {"a", "bc"}, {"a", "a"}});
  EXPECT_EQ(tokenizer.encode("abc"), (Ids{258}));
  EXPECT_EQ(tokenizer.encode("abd"), (Ids{257, 'd'}));
  EXPECT_EQ(tokenizer.encode("aaa"), (Ids{259, 'a'}));
  EXPECT_EQ(tokenizer.encode("aaaa"), (Ids{259, 259}));
  EXPECT_EQ(tokenizer.encode("b c"), (Ids{'b', ' ', 'c'}));
}

TEST_F(TokenizerTest, ALongWordTakesNoSquareOfItsLength) {
  const Tokenizer tokenizer = with({{"a", "a"}, {"aa", "aa"}, {"aaaa", "aaaa"}});
  const Ids ids = tokenizer.encode(std::string(400'003, 'a'));
  EXPECT_EQ(ids.size(), 50'002u);
  EXPECT_EQ(ids.back(), 'a');
}

TEST_F(TokenizerTest, SpecialTokensAreTextWhenEncodedAndThemselvesWhenDecoded) {
  const Tokenizer tokenizer = with({});
  EXPECT_EQ(tokenizer.encode("<|endoftext|>").size(), 13u);
  EXPECT_EQ(tokenizer.decode(Ids{256, 'a'}), "<|endoftext|>a");
  EXPECT_EQ(error_of([&] {
              (void)tokenizer.decode(Ids{1, 257});
            }),
            "token 1: id 257 is not in the vocabulary, expected one of 257 ids; is it the shard of "
            "another tokenizer?");
}

TEST_F(TokenizerTest, BytesComeBackAsTheyWere) {
  const Tokenizer tokenizer = with({{"e", "r"}});
  std::string all;
  for (char32_t c = 0; c < 0x3000; c += 7) all += spelling_of(static_cast<unsigned char>(c & 0xff));
  EXPECT_EQ(tokenizer.decode(tokenizer.encode(all)), all);
  Ids ids(256);
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    ids[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(i);
    bytes += static_cast<char>(i);
  }
  EXPECT_EQ(tokenizer.decode(ids), bytes);
}

TEST_F(TokenizerTest, WhereATextIsNotUtf8IsSaid) {
  const Tokenizer tokenizer = with({});
  EXPECT_EQ(error_of([&] {
              (void)tokenizer.encode(
                  "ab c\xe9"
                  "d",
                  "t.txt");
            }),
            "t.txt: offset 4: byte 0xe9 is not UTF-8, expected UTF-8 text; convert it, as with "
            "iconv -t utf-8, or read it as bytes");
}

TEST_F(TokenizerTest, ABpeTextIsReadAsTokens) {
  (void)with({{"a", "b"}});
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "ab c";
  const TextParts parts =
      read_text({.format = "bpe", .path = write("t.txt", text), .tokenizer = folder_})
          .cut({.validation = 0.2, .test = 0.1});
  EXPECT_EQ(parts.train.vocabulary(), 258);
  std::vector<std::int64_t> ids(3);
  parts.train.copy(0, ids);
  EXPECT_EQ(ids, (std::vector<std::int64_t>{256, ' ', 'c'}));
  const UncutText other = read_text(
      {.format = "bpe", .path = path("t.txt"), .test_path = path("none"), .tokenizer = folder_});
  EXPECT_THROW((void)Promotion::open(other.cut({.validation = 0.2}).test), space::Error);
}

TEST(RealTokenizerTest, EveryTextComesBack) {
  const std::string folder = data_folder();
  NEED_FILE(folder + "/tokenizers");
  for (const std::string tokenizers : {"/tokenizers/bpe4096", "/tokenizers"}) {
    const Tokenizer tokenizer = Tokenizer::open(folder + tokenizers);
    for (const auto& entry : std::filesystem::directory_iterator(folder + "/text")) {
      if (entry.path().extension() != ".txt") continue;
      std::ifstream stream(entry.path(), std::ios::binary);
      const std::string text{std::istreambuf_iterator<char>(stream), {}};
      EXPECT_EQ(tokenizer.decode(tokenizer.encode(text)), text) << entry.path();
    }
  }
}

TEST(RealTokenizerTest, TheShardsAreWhatTheTokenizerMakesOfTheTexts) {
  const std::string folder = data_folder();
  NEED_FILE(folder + "/tokenizers/bpe4096");
  const Tokenizer tokenizer = Tokenizer::open(folder + "/tokenizers/bpe4096");
  for (const std::string part : {"train", "val"}) {
    const Tokens shard = read_u16(folder + "/text/mix_bpe4096_" + part + ".u16.bin", 4096);
    Ids ids(shard.size());
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = static_cast<std::uint16_t>(shard[i]);
    std::size_t compared = 0;
    for (auto begin = ids.begin(); begin != ids.end();) {
      const auto end = std::find(begin, ids.end(), 0);  // stands between the texts
      const Ids text(begin, end);
      EXPECT_EQ(tokenizer.encode(tokenizer.decode(text)), text) << part;
      compared += text.size();
      begin = end == ids.end() ? end : end + 1;
    }
    EXPECT_GT(compared + 10, ids.size());
  }
}

}  // namespace
}  // namespace antigrad::trainer
