// The random parts that generation and variation share: coefficients, factors, terms, pieces, and
// what makes a gradient valid.
#pragma once
#include "space/generate.hpp"

namespace antigrad::space {

/// Draws parts of gradients within one grammar.
class Draw {
 public:
  Draw(const Grammar& grammar, Random& random);

  double coefficient();  // of either sign, 0.05 .. 2, two decimals
  double scale();        // of x inside a primitive; mostly 1
  double shift();        // mostly 0
  double knot();         // in [-knot_range, knot_range]; mostly 0
  Factor factor();
  Term term();
  Piece piece();
  Random& random() { return random_; }
  const Grammar& grammar() const { return grammar_; }

 private:
  const Grammar& grammar_;
  Random& random_;
  std::vector<Op> primitives_;
};

/// Makes the coefficient trainable: a new parameter that starts at its value. False when there is
/// no room for one or it already trains.
bool free_coefficient(Gradient& g, Affine& coefficient, const Grammar& grammar, Random& random);

/// Terms merged, parameters that nothing uses dropped, knots sorted and distinct.
void tidy(Gradient& g);

/// Within the grammar, integrates, bounded by 1e3 on [-8, 8], neither nearly constant nor tiny
/// where inputs are.
bool valid(const Gradient& g, const Grammar& grammar);

}  // namespace antigrad::space
