// Text files of numbers, line by line, with the place of what is wrong in them.
#pragma once
#include <string>
#include <string_view>

#include "trainer/data/file_bytes.hpp"

namespace antigrad::trainer {

/// The cursor stands in one line at a time. Lines end with \n or \r\n; the last may lack it.
class LineReader {
 public:
  /// hint: the way out that ends every error, such as "write one edge u,v a line".
  LineReader(std::string path, std::string hint);

  /// Goes to the next line; false behind the last.
  bool next();
  int line() const { return line_; }
  const std::string& path() const { return path_; }

  bool at_end() const { return at_ == text_.size(); }  // of the line
  /// Takes `c` if it comes next.
  bool accept(char c);
  /// Takes `c` or fails: "expected ',' between the two nodes, got ...".
  void expect(char c, std::string_view where);
  /// Fails unless the line ends here.
  void expect_end(std::string_view after);
  /// A whole number in [lo, hi]; fails otherwise, naming `what`.
  int number(std::string_view what, int lo, int hi);
  /// Letters, digits and _.
  std::string word(std::string_view what);
  /// space::Error at the last number or word, or at the cursor: "path:line:column: message; hint".
  [[noreturn]] void fail(const std::string& message) const;

 private:
  std::string here() const;

  std::string path_, hint_;
  FileBytes file_;
  std::string_view rest_, text_;  // behind the line; the line
  std::size_t at_ = 0, began_ = 0;
  int line_ = 0;
};

}  // namespace antigrad::trainer
