#include "space/scanner.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <limits>

namespace antigrad::space {
namespace {
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool starts_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
}  // namespace

void Scanner::skip_blanks() {
  while (position_ < text_.size() && is_blank(text_[position_])) ++position_;
}

bool Scanner::at_end() {
  skip_blanks();
  return position_ == text_.size();
}

char Scanner::peek() { return at_end() ? '\0' : text_[position_]; }

bool Scanner::accept(char c) {
  if (peek() != c || at_end()) return false;
  ++position_;
  return true;
}

bool Scanner::word_next(std::string_view word) {
  skip_blanks();
  if (!text_.substr(position_).starts_with(word)) return false;
  const std::size_t end = position_ + word.size();
  return !(starts_name(word.back()) && end < text_.size() &&
           (starts_name(text_[end]) || is_digit(text_[end])));
}

bool Scanner::accept(std::string_view word) {
  if (!word_next(word)) return false;
  position_ += word.size();
  return true;
}

void Scanner::expect(char c, std::string_view where_in) {
  if (!accept(c)) fail(fmt::format("expected \"{}\" {}, got {}", c, where_in, next_word()));
}

bool Scanner::name_next() { return starts_name(peek()); }

std::string Scanner::name() {
  if (!name_next()) fail(fmt::format("expected a name, got {}", next_word()));
  const std::size_t start = position_;
  while (position_ < text_.size() && (starts_name(text_[position_]) || is_digit(text_[position_])))
    ++position_;
  return std::string(text_.substr(start, position_ - start));
}

double Scanner::number() {
  skip_blanks();
  double v = 0;
  const char* const begin = text_.data() + position_;
  const bool digit = is_digit(peek()) || (peek() == '.' && position_ + 1 < text_.size() &&
                                          is_digit(text_[position_ + 1]));
  if (!digit) fail(fmt::format("expected a number, got {}", next_word()));
  const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), v);
  if (error != std::errc{} || !std::isfinite(v))
    fail(fmt::format("number {} is out of the range of a double", next_word()));
  position_ += static_cast<std::size_t>(end - begin);
  return v;
}

double Scanner::signed_number_or_inf() {
  const double sign = accept('-') ? -1 : 1;
  if (accept(std::string_view("inf"))) return sign * std::numeric_limits<double>::infinity();
  return sign * number();
}

Where Scanner::here() {
  skip_blanks();
  for (; counted_ < position_; ++counted_) {
    ++column_;
    if (text_[counted_] == '\n') ++line_, column_ = 1;
  }
  return {"", line_, column_};
}

void Scanner::fail(const std::string& message) { throw Error(here(), message); }

std::string Scanner::next_word() {
  if (at_end()) return "the end of the text";
  std::size_t end = position_ + 1;
  if (starts_name(text_[position_]) || is_digit(text_[position_]))
    while (end < text_.size() &&
           (starts_name(text_[end]) || is_digit(text_[end]) || text_[end] == '.'))
      ++end;
  const std::string_view word = text_.substr(position_, end - position_);
  return fmt::format("\"{}{}\"", word.substr(0, 24), word.size() > 24 ? "..." : "");
}

}  // namespace antigrad::space
