// A gradient g(x; theta): pieces split at knots, on each a sum of terms w q(x) p(a x + b) + c; the
// thing that is searched.
//
// Text, one line, drawn as on the real line, knots between bars:
//   [a_p = 0.8 in (0, inf), a_n = 0.8 in (0.5, inf)] a_n*expm1(x) + 0.5 | 0 | 2*a_p*x + 0.5
// A piece is an ordinary expression in x and the parameters; it is read into the normal form below.
// A knot belongs to the piece on its left.
// "; f(-inf) = 0" at the end moves the anchor from f(0) = 0; "; f(2) = 1" any finite one.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "space/activation.hpp"
#include "space/expr.hpp"

namespace antigrad::space {

struct Functions;  // space/text.hpp

/// base + sum_k slope[k] theta_k. slope is empty when no parameter enters.
struct Affine {
  double base = 0;
  std::vector<double> slope;  // by parameter; trailing zeros dropped
  bool operator==(const Affine&) const = default;
  bool constant() const { return slope.empty(); }
};

struct Term;
/// p(u) with u = scale x + shift; or, where `inside` holds terms, the composition p(H(u)): H is
/// their sum, fixed, so that parameters stand in u alone.
struct Factor {
  Op primitive;
  Affine scale, shift;
  std::vector<Term> inside;
  Factor(Op p, Affine a = {1, {}}, Affine b = {0, {}});  // defined where Term is complete
  bool composed() const { return !inside.empty(); }
  bool operator==(const Factor& other) const;
};
/// w x^power prod_i p_i(a_i x + b_i). No factors: a polynomial term.
struct Term {
  Affine weight{1, {}};
  int power = 0;  // 0..8
  std::vector<Factor> factors;
  bool operator==(const Term&) const = default;
};
inline Factor::Factor(Op p, Affine a, Affine b)
    : primitive(p), scale(std::move(a)), shift(std::move(b)) {}
inline bool Factor::operator==(const Factor& other) const {
  return primitive == other.primitive && scale == other.scale && shift == other.shift &&
         inside == other.inside;
}
/// The sum of its terms (a constant is a term of power 0 without factors).
struct Piece {
  std::vector<Term> terms;
  bool operator==(const Piece&) const = default;
};

struct Anchor {
  double at = 0;     // may be -inf or +inf
  double value = 0;  // f(at) = value
  bool operator==(const Anchor&) const = default;
};

struct Gradient {
  std::vector<Parameter> parameters;
  std::vector<double> knots;  // strictly increasing
  std::vector<Piece> pieces;  // knots.size() + 1
  Anchor anchor;
  bool operator==(const Gradient&) const = default;
};

/// Canonical text: parse_gradient(to_string(g)) == g, numbers shortest-exact.
std::string to_string(const Gradient& g);

/// Throws Error with line and column: syntax, unknown names (with a suggestion), a form outside the
/// grammar (with the reason: a product of parameters, a jump whose scale can reach 0, a parameter
/// inside a composition, an unordered knot).
Gradient parse_gradient(std::string_view text);

/// How the text of one piece becomes its terms; parameters by name.
using PieceReader = std::function<Piece(Scanner&, const std::vector<std::string>&)>;
/// The same with another reader of pieces.
Gradient parse_gradient(std::string_view text, const PieceReader& reader);
/// The reader of parse_gradient(text), with functions that the pieces may call.
Piece read_piece(Scanner& in, const std::vector<std::string>& parameters,
                 const Functions* functions = nullptr);

/// g as an expression (select over the knots), with Param k for parameter k.
Expr to_expr(const Gradient& g);

/// f with f' = g, continuous over the knots, anchored. Closed form by the rows' antiderivatives,
/// linearity, affine substitution, integration by parts for x^k p, identities of products; else a
/// tabulated antiderivative, less its asymptotes where a row does not settle exponentially. A
/// composition is tabulated where its tails are proved to settle exponentially. Scales may come as
/// near to 0 as they like. The result is checked against g before it is returned. Throws Error with
/// the offending part and a way out when there is none (tails that are not certified, an anchor
/// where f does not converge).
Activation integrate(const Gradient& g);

}  // namespace antigrad::space
