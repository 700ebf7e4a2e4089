// Byte pair encoding: a word begins as its bytes; of all neighbours that are a pair of the list the
// one that stands first there merges, the leftmost of equals, until none is left. A queue of pairs
// over a linked list makes that n log n, and words that were seen before are looked up.
#include "trainer/data/tokenizer.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "space/error.hpp"
#include "trainer/data/file_bytes.hpp"
#include "trainer/data/pre_tokeniser.hpp"
#include "trainer/data/tokenizer_files.hpp"
#include "trainer/data/unicode_class.hpp"

namespace antigrad::trainer {
namespace {

using Id = std::uint16_t;
using Ids = std::vector<Id>;

std::uint32_t pair_of(int left, int right) {
  return static_cast<std::uint32_t>(left) << 16 | static_cast<std::uint32_t>(right);
}

struct Merged {
  int rank;
  Id id;
};
using Merges = std::unordered_map<std::uint32_t, Merged>;

/// The symbols of one word as a linked list, and the pairs that may merge.
class Word {
 public:
  explicit Word(const Merges& merges) : merges_(merges) {}

  void encode(std::string_view bytes, const std::array<Id, 256>& byte_ids, Ids& out) {
    symbols_.clear();
    const int size = static_cast<int>(bytes.size());
    for (int i = 0; i < size; ++i)
      symbols_.push_back({byte_ids[static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)])],
                          i - 1, i + 1 < size ? i + 1 : -1});
    for (int i = 0; i + 1 < size; ++i) offer(i);
    while (!pairs_.empty()) {
      const auto [rank, left, pair] = pairs_.top();
      pairs_.pop();
      if (live(left, pair)) merge(left);
    }
    for (int i = 0; i >= 0; i = at(i).next) out.push_back(at(i).id);
  }

 private:
  struct Symbol {
    Id id;
    int previous, next;  // -1: none; of one that was merged away, next is kGone
  };
  static constexpr int kGone = -2;
  using Pair = std::tuple<int, int, std::uint32_t>;  // rank, left symbol, both ids

  Symbol& at(int i) { return symbols_[static_cast<std::size_t>(i)]; }

  std::uint32_t pair_at(int left) { return pair_of(at(left).id, at(at(left).next).id); }

  void offer(int left) {
    const auto found = merges_.find(pair_at(left));
    if (found != merges_.end()) pairs_.push({found->second.rank, left, found->first});
  }

  /// Whether the pair still stands there.
  bool live(int left, std::uint32_t pair) { return at(left).next >= 0 && pair_at(left) == pair; }

  void merge(int left) {
    Symbol& symbol = at(left);
    Symbol& gone = at(symbol.next);
    symbol.id = merges_.at(pair_of(symbol.id, gone.id)).id;
    symbol.next = gone.next;
    gone.next = kGone;
    if (symbol.next >= 0) {
      at(symbol.next).previous = left;
      offer(left);
    }
    if (symbol.previous >= 0) offer(symbol.previous);
  }

  const Merges& merges_;
  std::vector<Symbol> symbols_;
  std::priority_queue<Pair, std::vector<Pair>, std::greater<>> pairs_;
};

/// The bytes of a token's spelling; of a special token, whose characters stand for none, its text.
std::string bytes_of(const std::string& spelling) {
  std::string bytes;
  for (std::size_t at = 0; at < spelling.size();) {
    const int byte = byte_of(next_code_point(spelling, at));
    if (byte < 0) return spelling;
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace

struct Tokenizer::Tables {
  std::vector<std::string> tokens;  // bytes by id
  std::array<Id, 256> byte_ids{};
  Merges merges;
};

Tokenizer Tokenizer::read(const std::string& vocabulary_path, const std::string& merges_path) {
  const Vocabulary vocabulary = read_vocabulary(vocabulary_path);
  auto tables = std::make_shared<Tables>();
  for (const std::string& spelling : vocabulary.tokens)
    tables->tokens.push_back(bytes_of(spelling));
  for (std::size_t byte = 0; byte < 256; ++byte) {
    const std::string spelling = spelling_of(static_cast<unsigned char>(byte));
    const auto found = vocabulary.ids.find(spelling);
    if (found == vocabulary.ids.end())
      throw space::Error(
          {vocabulary_path},
          fmt::format("byte {:#04x} has no token \"{}\", expected one for each byte; "
                      "antigrad reads byte-level tokenizers like GPT-2's",
                      byte, spelling));
    tables->byte_ids[byte] = static_cast<Id>(found->second);
  }
  int rank = 0;
  for (const Merge& merge : read_merges(merges_path, vocabulary))
    tables->merges[pair_of(merge.left, merge.right)] = {rank++, static_cast<Id>(merge.merged)};
  Tokenizer tokenizer;
  tokenizer.tables_ = std::move(tables);
  return tokenizer;
}

Tokenizer Tokenizer::open(const std::string& folder) {
  namespace fs = std::filesystem;
  constexpr std::pair<const char*, const char*> kNames[] = {
      {"vocab.json", "merges.txt"},
      {"encoder.json", "vocab.bpe"},
      {"gpt2_encoder.json", "gpt2_vocab.bpe"}};
  for (const auto& [vocabulary, merges] : kNames) {
    const fs::path path = fs::path(folder) / vocabulary;
    if (fs::exists(path)) return read(path.string(), (fs::path(folder) / merges).string());
  }
  throw space::Error(
      {folder},
      "has no tokenizer, expected a folder with vocab.json and merges.txt (or GPT-2's "
      "encoder.json and vocab.bpe)");
}

int Tokenizer::vocabulary() const { return static_cast<int>(tables_->tokens.size()); }

Ids Tokenizer::encode(std::string_view text, const std::string& name) const {
  Ids ids;
  ids.reserve(text.size() / 3);
  std::unordered_map<std::string_view, std::pair<std::size_t, std::size_t>> seen;  // in ids
  Word encoder(tables_->merges);
  for (std::size_t begin = 0, end = 0; begin < text.size(); begin = end) {
    end = word_end(text, begin);
    if (end == std::string_view::npos) {
      std::size_t at = begin;
      while (next_code_point(text, at) != kNotUtf8) continue;
      fail_at(name, at,
              fmt::format("byte {:#04x} is not UTF-8, expected UTF-8 text; convert it, as with "
                          "iconv -t utf-8, or read it as bytes",
                          static_cast<unsigned char>(text[at])));
    }
    const std::string_view word = text.substr(begin, end - begin);
    const auto [known, fresh] = seen.try_emplace(word, ids.size(), 0);
    if (fresh) {
      encoder.encode(word, tables_->byte_ids, ids);
      known->second.second = ids.size() - known->second.first;
    } else {
      for (std::size_t i = 0; i < known->second.second; ++i)
        ids.push_back(ids[known->second.first + i]);
    }
  }
  return ids;
}

std::string Tokenizer::decode(std::span<const Id> ids) const {
  std::string text;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] >= tables_->tokens.size() || tables_->tokens[ids[i]].empty())
      throw space::Error(fmt::format(
          "token {}: id {} is not in the vocabulary, expected one of {} ids; is it the shard of "
          "another tokenizer?",
          i, ids[i], tables_->tokens.size()));
    text += tables_->tokens[ids[i]];
  }
  return text;
}

}  // namespace antigrad::trainer
