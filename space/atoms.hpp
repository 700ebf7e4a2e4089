// A gradient's terms rewritten over few functions, so that what is one function in several writings
// has one set of places and widths: tanh(x) and 2 sigmoid(2x) - 1 are both about sigmoid(2x). Sums
// of monomials c x^k prod atom(a x + b), a > 0 wherever the atom has a mirror identity; what
// cancels is gone. The identities are texts in atoms.cpp; a row without one is an atom itself.
#pragma once
#include <span>
#include <vector>

#include "space/gradient.hpp"

namespace antigrad::space {

/// p(scale x + shift). Exponentials and sines have shift 0: their shift is in the coefficients.
/// A composition is an atom that no identity touches.
struct Atom {
  Op op;
  double scale, shift;
  const std::vector<Term>* inside = nullptr;  // of a composition; lives as long as its gradient
  bool slope = false;                         // its derivative stands here
};

struct Monomial {
  int power = 0;
  std::vector<Atom> atoms;
  // At the start of theta: [0] of the value, [1 + k] of its derivative by theta_k.
  std::vector<double> coefficients;
  double size = 0;  // sum of what was added to a coefficient, to tell rounding from a coefficient
};

/// The terms as monomials, on the side of every kink (of step, relu, elu) where `inside` lies.
std::vector<Monomial> monomials(const std::vector<Term>& terms, std::span<const double> theta,
                                double inside);

/// The same function, up to rounding.
bool equal_sums(const std::vector<Monomial>& a, const std::vector<Monomial>& b);

/// Where the primitive has a kink or a jump in its argument (at 0), so that it is another function
/// on either side.
bool has_kink(Op op);

/// p(x) as other rows, like 2 sigmoid(2 x) - 1 for tanh(x); empty where it is an atom itself.
const std::vector<Term>& rewritten(Op op);

/// Functions without a place of their own: exp moves into its factor, sin and cos into each other.
bool is_exponential(const Atom& a);
bool is_wave(const Atom& a);

}  // namespace antigrad::space
