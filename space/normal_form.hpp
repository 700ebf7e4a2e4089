// The normal form of a piece: a sum of w x^k prod p_i(a_i x + b_i). Expressions are read into it
// and written from it.
#pragma once
#include <functional>
#include <vector>

#include "space/builder.hpp"
#include "space/gradient.hpp"
#include "space/text.hpp"

namespace antigrad::space {

Affine operator+(const Affine& a, const Affine& b);
Affine operator*(double c, const Affine& a);

/// a + b = sum, with coefficients that are rounding residue (below tolerance times what was added)
/// set to 0.
Affine cleaned(Affine sum, const Affine& a, const Affine& b, double tolerance);

/// Terms with equal power and factors merged, vanished ones dropped, in order of first occurrence.
std::vector<Term> merged(std::vector<Term> terms, double tolerance = 0);

/// How many primitives stand inside one another: 1 for p(u).
int depth(const Factor& f);
constexpr int kMaxDepth = 6;
/// Whether one of the factors is a composition.
bool composed(const Term& t);

/// The expression's first output as a sum of terms. `fail` is called with a node and the reason
/// when it is outside the form; it must throw.
using Refuse = std::function<void(std::uint16_t node, const std::string& reason)>;
std::vector<Term> to_terms(const Expr& e, const Refuse& fail);
/// The same; throws Error with the reason, without a place.
std::vector<Term> gradient_terms(const Expr& e);
/// With the rows that only antiderivatives hold, but without compositions.
std::vector<Term> to_terms(const Expr& e);

Sym to_sym(const Affine& a, Builder& out);
/// p(u), or p(H(u)).
Sym to_sym(const Factor& f, Sym u);
Sym to_sym(const Term& t, Sym x);
Sym to_sym(const std::vector<Term>& terms, Sym x);

}  // namespace antigrad::space
