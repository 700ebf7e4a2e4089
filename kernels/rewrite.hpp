// Formulas that lose digits or time as they are written, and what they become before they are
// lowered: a table of pairs of texts. No rule changes the value in exact arithmetic, and every rule
// makes the expression smaller.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "space/builder.hpp"

namespace antigrad::kernels {

/// x and y stand for any node, the same one wherever they occur.
struct Rule {
  const char* from;
  const char* to;
};
std::span<const Rule> rules();

/// A formula in x and y as nodes: x is Var 0, y is Param 0.
space::Expr pattern(const char* text);

/// The nodes of e that x and y stand for when `pattern` is node i; nothing where it is not. Factors
/// and summands may be swapped.
struct Match {
  std::optional<std::uint16_t> x, y;
};
std::optional<Match> match(const space::Expr& pattern, const space::Expr& e, std::uint16_t i);

/// Node n of e in another builder, on operands that are there already.
space::Sym copy_node(space::Builder& out, const space::Expr& e, const space::Node& n,
                     std::span<const space::Sym> at);

/// Which nodes depend on no input: they are the same for every element.
std::vector<bool> uniform_nodes(const space::Expr& e);

/// e with every rule applied until none applies; the number of nodes falls with each.
space::Expr rewrite(const space::Expr& e);

}  // namespace antigrad::kernels
