// The two files of a GPT-2 tokenizer: vocab.json, an object of token: id, and merges.txt, a pair of
// tokens a line in the order in which they merge. Wrong files are space::Error with line and
// column.
#pragma once
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace antigrad::trainer {

/// Tokens by id, as the file spells them (bytes written as GPT-2's printable characters, UTF-8); ""
/// where an id has none. Ids: 0 to 65535, each once.
struct Vocabulary {
  std::vector<std::string> tokens;
  std::unordered_map<std::string, int> ids;
};
Vocabulary read_vocabulary(const std::string& path);

/// Two ids that merge into a third. All three spellings are in the vocabulary, and no pair stands
/// twice.
struct Merge {
  int left, right, merged;
};
std::vector<Merge> read_merges(const std::string& path, const Vocabulary& vocabulary);

/// The byte that a character of a token stands for (GPT-2 writes the 68 bytes that do not print as
/// U+0100 and up), or -1.
int byte_of(char32_t c);

/// The character that stands for a byte, UTF-8.
std::string spelling_of(unsigned char byte);

}  // namespace antigrad::trainer
