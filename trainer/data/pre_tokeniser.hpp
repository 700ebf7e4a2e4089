// GPT-2's pre-tokeniser: cuts a text into words that tokens do not cross. The pattern (Radford et
// al. 2019, encoder.py): 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
#pragma once
#include <cstddef>
#include <string_view>

namespace antigrad::trainer {

/// Where the word that begins at byte `begin` < text.size() ends. npos: its first code point, or
/// one inside it, is not UTF-8.
std::size_t word_end(std::string_view text, std::size_t begin);

}  // namespace antigrad::trainer
