// Expressions as lines of text, one a node, in any language that has infix arithmetic: a dialect is
// a table of forms, one for each core operation and base function. Rows are written out before
// (flatten or lower), so that a new row needs nothing here.
//
// Legend: tK is the value of node K; inputs and parameters go by the names that the caller gives.
#pragma once
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "space/expr.hpp"

namespace antigrad::kernels {

/// One operation; {0}, {1}, {2}, {3} are its operands.
struct Form {
  space::Op op;
  const char* text;
  /// The operands may be bare numbers as long as one of them is none; of a selection the first two.
  bool numbers = true;
};

struct Dialect {
  const char* line;  // {0}: the number of the node, {1}: its value
  std::span<const Form> forms;
  std::string (*number)(double);  // bare
  const char* constant;           // {0}: a bare number, as a value of full standing
};

/// Tables of a file, each once.
using Tables = std::vector<std::shared_ptr<const space::Table>>;
std::size_t index_of(const std::shared_ptr<const space::Table>& table, Tables& tables);

/// What the leaves are called. integral: the value of table `index` at an operand.
struct Leaves {
  std::vector<std::string> inputs, parameters;
  std::function<std::string(std::size_t index, const std::string& operand)> integral;
};

struct Body {
  std::string lines;
  std::vector<std::string> results;  // one an output
};

/// Throws std::logic_error for an operation without a form.
Body write_body(const space::Expr& e, const Dialect& dialect, const Leaves& leaves, Tables& tables);

/// Shortest-exact, a point in it, negative ones in parentheses: "0.5", "2.0", "(-1e-30)".
std::string python_number(double value);
/// The float32 nearest to it, the same way.
std::string python_float32(double value);
/// "[0.5, 2, -1]", shortest-exact.
std::string python_list(std::span<const double> values);

/// Text inside a Python docstring.
std::string python_quoted(std::string text);
/// The docstring of a file, the last line end included: what it is, lines, how it is checked.
std::string python_docstring(const std::string& title, std::span<const std::string> lines,
                             const std::string& check);

/// The text with this in front of every line that is not empty.
std::string indented(const std::string& text, const std::string& indent);

/// Without the zeros at the end, so that a polynomial can be evaluated at infinity.
std::vector<double> trimmed(std::vector<double> polynomial);

}  // namespace antigrad::kernels
