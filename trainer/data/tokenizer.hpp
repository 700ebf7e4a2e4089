// Text to token ids and back by byte pair encoding as GPT-2 does it (Sennrich et al. 2016; Radford
// et al. 2019), with the tokenizer's own files.
#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace antigrad::trainer {

/// A value: copies share the tables and may be used from many threads.
class Tokenizer {
 public:
  /// A folder with vocab.json and merges.txt, or with encoder.json and vocab.bpe, as OpenAI names
  /// them (also after "gpt2_"). Errors with file, line and column; a byte without a token is one.
  static Tokenizer open(const std::string& folder);
  static Tokenizer read(const std::string& vocabulary, const std::string& merges);

  /// One more than the largest id; at most 65536.
  int vocabulary() const;

  /// Ids of a text. Special tokens are not looked for: "<|endoftext|>" is text. Throws space::Error
  /// "name: offset N: ..." where it is not UTF-8.
  std::vector<std::uint16_t> encode(std::string_view text, const std::string& name = "text") const;

  /// The bytes that ids stand for; decode(encode(t)) == t. Error for an id without a token.
  std::string decode(std::span<const std::uint16_t> ids) const;

 private:
  struct Tables;
  std::shared_ptr<const Tables> tables_;
};

}  // namespace antigrad::trainer
