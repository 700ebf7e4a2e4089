// The caller's fault, in one line a person can act on: "file:line:column: what, got, expected, way
// out". Ours are checks (space/check.hpp); an expected outcome (diverged, does not compile) is a
// return value.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace antigrad::space {

/// Where in a user's input something is wrong; line and column count from 1, 0 = not known.
struct Where {
  std::string file;  // "" = text given on the command line or by a caller
  int line = 0;
  int column = 0;
};

/// Bad input. what() is "file:line:column: message" with the known parts of `where` in front.
/// The program ends with exit code 2 on it and has lost nothing.
class Error : public std::runtime_error {
 public:
  explicit Error(const std::string& message) : Error(Where{}, message) {}
  Error(Where where, const std::string& message);
  const Where& where() const { return where_; }
  const std::string& message() const { return message_; }  // without the place

 private:
  Where where_;
  std::string message_;
};

/// ` did you mean "tanh"?` for the nearest of `known` to `got` within two edits, else "".
std::string did_you_mean(std::string_view got, const std::vector<std::string>& known);

}  // namespace antigrad::space
