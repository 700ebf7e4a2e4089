// A cursor over mapped text.
#include "trainer/data/line_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include "space/error.hpp"

namespace antigrad::trainer {

LineReader::LineReader(std::string path, std::string hint)
    : path_(std::move(path)), hint_(std::move(hint)), file_(path_), rest_(file_.text()) {}

bool LineReader::next() {
  if (rest_.empty()) return false;
  text_ = rest_.substr(0, rest_.find('\n'));
  rest_.remove_prefix(std::min(text_.size() + 1, rest_.size()));
  if (text_.ends_with('\r')) text_.remove_suffix(1);
  at_ = began_ = 0;
  ++line_;
  return true;
}

std::string LineReader::here() const {
  if (at_end()) return "the end of the line";
  const auto c = static_cast<unsigned char>(text_[at_]);
  return c > ' ' && c < 0x7f ? fmt::format("'{}'", text_[at_]) : fmt::format("byte {:#04x}", c);
}

void LineReader::fail(const std::string& message) const {
  throw space::Error({path_, line_, static_cast<int>(began_) + 1}, message + "; " + hint_);
}

bool LineReader::accept(char c) {
  began_ = at_;
  if (at_end() || text_[at_] != c) return false;
  ++at_;
  return true;
}

void LineReader::expect(char c, std::string_view where) {
  if (!accept(c)) fail(fmt::format("expected '{}' {}, got {}", c, where, here()));
}

void LineReader::expect_end(std::string_view after) {
  began_ = at_;
  if (!at_end()) fail(fmt::format("expected the end of the line after {}, got {}", after, here()));
}

int LineReader::number(std::string_view what, int lo, int hi) {
  began_ = at_;
  int value = 0;
  const char* const first = text_.data() + at_;
  const auto [end, error] = std::from_chars(first, text_.data() + text_.size(), value);
  if (end == first) fail(fmt::format("expected {}, a whole number, got {}", what, here()));
  at_ += static_cast<std::size_t>(end - first);
  if (error != std::errc{} || value < lo || value > hi)
    fail(fmt::format("{} is {}, expected {} to {}", what,
                     std::string_view(first, static_cast<std::size_t>(end - first)), lo, hi));
  return value;
}

std::string LineReader::word(std::string_view what) {
  began_ = at_;
  while (!at_end() &&
         (std::isalnum(static_cast<unsigned char>(text_[at_])) != 0 || text_[at_] == '_'))
    ++at_;
  if (at_ == began_) fail(fmt::format("expected {}, got {}", what, here()));
  return std::string(text_.substr(began_, at_ - began_));
}

}  // namespace antigrad::trainer
