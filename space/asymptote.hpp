// Products of rows far out. A row whose tail column is EXPONENTIAL settles on a line on either
// side, exponentially fast; a product of such rows settles on a polynomial.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "space/gradient.hpp"

namespace antigrad::space {

using Polynomial = std::vector<double>;  // of x, coefficient k of x^k

/// What is left of a sum of terms far out: polynomials times products of the rows that do not
/// settle exponentially (none: the polynomial alone).
using Tails = std::vector<std::pair<std::vector<Factor>, Polynomial>>;

/// On the side of `sign` (-1 or 1). Terms hold no parameters.
Tails tails_of(const std::vector<Term>& terms, double sign);

/// From where on (on the side of `sign`) the integral of what the terms differ from their tails is
/// below kTailError. Proved with balls from what the tail columns promise: |p(u) - line|
/// exp(|u| / 4) does not grow for |u| >= 4, and |p(u)| <= 2 + |u| for the rows that do not settle.
/// Throws Error when that is further than 1e5 out.
constexpr double kTailError = 2e-16;
double settled_from(const std::vector<Term>& terms, double sign);

/// t = rest + asymptotes, where `rest` vanishes exponentially or settles on polynomials.
struct Split {
  std::vector<Term> rest, asymptotes;
};

/// t: a product without parameters. Throws Error (the text of refusal()) when no part of it settles
/// or what is left grows exponentially.
Split split_asymptotes(const Term& t);

/// Why a product has neither a closed form nor a table, naming its offending row, and a way out.
std::string refusal(const Term& t);

}  // namespace antigrad::space
