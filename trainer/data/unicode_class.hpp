// Code points in UTF-8, and which of them GPT-2's pattern calls letters (\p{L}), numbers (\p{N})
// and spaces (\s).
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace antigrad::trainer {

enum class UnicodeClass : unsigned char { letter, number, space, other };

/// By Unicode 16.0; what it does not assign is `other`.
UnicodeClass unicode_class(char32_t c);

constexpr char32_t kNotUtf8 = 0xffffffff;

/// The code point at byte `at` < text.size(), which moves behind it; kNotUtf8 where none is well
/// formed (overlong forms, surrogates and ends in the middle are not), and `at` stays.
char32_t next_code_point(std::string_view text, std::size_t& at);

/// A code point as UTF-8; c is below 0x110000.
std::string utf8(char32_t c);

}  // namespace antigrad::trainer
