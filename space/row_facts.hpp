// What integration must know about a row beyond its columns, found out from the row's own values,
// so that a new row needs no more than its line in primitives.def. Found once, at first use.
#pragma once
#include <optional>
#include <vector>

#include "space/gradient.hpp"

namespace antigrad::space {

struct RowFacts {
  bool even = false;                 // p(-u) = p(u)
  std::optional<double> complement;  // p(-u) = complement - p(u); 0 for odd rows
  bool jumps = false;                // at u = 0
  bool smooth = false;               // analytic at u = 0, else a kink (or a jump) there
  bool polynomial_growth = false;    // |p(u)| stays below a polynomial for u -> -inf and +inf
  // Formulas of the row as terms in u, where they are of that form.
  std::optional<std::vector<Term>> antiderivative, square;
};

/// op: a primitive, not a core operation.
const RowFacts& row_facts(Op op);

/// factor * T(a x + b) as terms in x, T given as terms in u with constant scales and shifts.
std::vector<Term> in_x(const std::vector<Term>& terms, double a, double b, double factor);

/// Nodes in (0, 1) and weights of the Gauss-Legendre rule that small scales are integrated with.
struct GaussRule {
  static constexpr int kNodes = 8;
  double node[kNodes], weight[kNodes];
};
const GaussRule& gauss_rule();

}  // namespace antigrad::space
