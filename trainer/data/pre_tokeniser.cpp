// The pattern by hand: its alternatives in order, each as long as it goes.
#include "trainer/data/pre_tokeniser.hpp"

#include "trainer/data/unicode_class.hpp"

namespace antigrad::trainer {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

/// Length of 's, 't, 're, ... at the start of `text`, or 0.
std::size_t contraction(std::string_view text) {
  if (text.size() < 2 || text[0] != '\'') return 0;
  const char a = text[1], b = text.size() > 2 ? text[2] : '\0';
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return 2;
  if ((a == 'r' && b == 'e') || (a == 'v' && b == 'e') || (a == 'l' && b == 'l')) return 3;
  return 0;
}

/// The run of one class from `at` on. Sets `last` to where its last code point begins.
std::size_t run_end(std::string_view text, std::size_t at, UnicodeClass wanted, std::size_t& last) {
  while (at < text.size()) {
    std::size_t next = at;
    const char32_t c = next_code_point(text, next);
    if (c == kNotUtf8) return kNone;
    if (unicode_class(c) != wanted) break;
    last = at;
    at = next;
  }
  return at;
}

}  // namespace

std::size_t word_end(std::string_view text, std::size_t begin) {
  if (const std::size_t length = contraction(text.substr(begin)); length > 0) return begin + length;
  std::size_t at = begin, last = begin;
  char32_t c = next_code_point(text, at);
  if (c == kNotUtf8) return kNone;
  if (c == ' ' && at < text.size()) {
    std::size_t second = at;
    const char32_t after = next_code_point(text, second);
    if (after == kNotUtf8) return kNone;
    if (unicode_class(after) != UnicodeClass::space)
      return run_end(text, at, unicode_class(after), last);
  }
  const UnicodeClass kind = unicode_class(c);
  const std::size_t end = run_end(text, begin, kind, last);
  if (kind != UnicodeClass::space || end == kNone || end == text.size() || last == begin)
    return end;
  return last;  // \s+(?!\S) leaves the last space to the word that follows
}

}  // namespace antigrad::trainer
