// Lines of a CSV (RFC 4180) under named columns; lines before the names that begin with # are
// remarks.
#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace antigrad::search {

class Csv {
 public:
  /// The text must outlive it; file: for messages.
  Csv(std::string_view text, std::string file);

  /// False at the end. Throws space::Error naming file and line for another number of cells than
  /// there are names.
  bool next();

  /// Of the line. Throws as next() does for a column that is not there, and a cell that is no
  /// number.
  const std::string& text(const char* column) const;
  double number(const char* column) const;

  [[noreturn]] void fail(const std::string& what) const;

 private:
  std::vector<std::string> next_line();

  std::string_view rest_;
  std::string file_;
  int line_ = 0;
  std::vector<std::string> names_, cells_;
};

}  // namespace antigrad::search
