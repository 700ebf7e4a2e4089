// Expressions as people write them: "x*sigmoid(x)", "where(x <= 0, expm1(x), x)",
// "integral(tanh(x)*sigmoid(x), 2*x)". parse(to_string(e)) == e for every expression that parse or
// the passes of space give; literals print shortest-exact.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "space/builder.hpp"
#include "space/scanner.hpp"

namespace antigrad::space {

using Names = std::vector<std::string>;

/// Infix text of the first output; parameters by `names` (theta0, theta1, ... beyond).
/// Throws Error when the text would exceed 1 MiB (a tree can be exponentially larger than its
/// graph).
std::string to_string(const Expr& e, const Names& parameters = {});

/// Throws Error with line and column: syntax, unknown names (with a suggestion), nesting deeper
/// than 500.
Expr parse(std::string_view text, const Names& parameters = {});

/// The same as LaTeX.
std::string to_latex(const Expr& e, const Names& parameters = {});

/// Shortest decimal text that reads back exactly: 0.5, 2, 1e-30.
std::string to_string(double v);

/// Where each node of a parsed expression began, for errors found after parsing.
using Places = std::map<std::uint16_t, Where>;

/// Functions of one variable that a formula may call besides the rows of the table: what a call of
/// names[which] is.
struct Functions {
  Names names;
  std::function<Sym(std::size_t which, Sym argument, const Where& at)> call;
};

/// One expression from the scanner up to what cannot continue it; nodes go to `builder`.
Sym parse_expression(Scanner& scanner, Builder& builder, const Names& parameters,
                     Places* places = nullptr, const Functions* functions = nullptr);

}  // namespace antigrad::space
