// Reads the words of a formula and remembers line and column for errors. Shared by expressions and
// gradients.
#pragma once
#include <string>
#include <string_view>

#include "space/error.hpp"

namespace antigrad::space {

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end();        // only blanks are left
  char peek();          // next character that is not blank, '\0' at the end
  bool accept(char c);  // takes it if it comes next
  bool accept(std::string_view word);
  void expect(char c, std::string_view where_in);  // Error unless it comes next
  bool name_next();
  bool word_next(std::string_view word);  // as accept(word), taking nothing
  std::string name();                     // [A-Za-z_][A-Za-z0-9_]*; Error otherwise
  double number();                // finite decimal or hexadecimal floating point; Error otherwise
  double signed_number_or_inf();  // as number(), with a sign, and inf

  Where here();                                        // of the next word
  [[noreturn]] void fail(const std::string& message);  // at the next word
  std::string next_word();                             // for messages: what stands here, shortened

 private:
  void skip_blanks();
  std::string_view text_;
  std::size_t position_ = 0;
  std::size_t counted_ = 0;  // how far line and column are counted
  int line_ = 1, column_ = 1;
};

}  // namespace antigrad::space
