// The random parts that generation and variation share: coefficients, factors, terms, pieces, and
// what makes a gradient valid.
#pragma once
#include <optional>

#include "space/generate.hpp"

namespace antigrad::space {

/// Index of one of the weights, each as often as its share; they are >= 0 and not all 0.
std::size_t pick_weighted(std::span<const double> weights, Random& random);

/// Draws parts of gradients within one grammar.
class Draw {
 public:
  Draw(const Grammar& grammar, Random& random);

  double coefficient();  // of either sign, 0.05 .. 2, multiples of 0.05
  double scale();        // of x inside a primitive; mostly 1
  double shift();        // mostly 0
  double knot();         // a preferred one, or in [-range, range]
  Op primitive();
  Factor factor();  // a primitive of a x + b, or a composition where the grammar has them
  Factor around(Factor inner);  // another primitive around it, not regarding the depth
  Term term();
  Piece piece();
  Random& random() { return random_; }
  const Grammar& grammar() const { return grammar_; }

 private:
  const Grammar& grammar_;
  Random& random_;
  std::vector<Op> primitives_;
  std::vector<double> weights_;
};

/// Makes one coefficient of the term trainable, of a kind that the grammar trains: a new parameter
/// that starts at its value. False when there is no room for one or it already trains.
bool free_coefficient(Gradient& g, Term& term, const Grammar& grammar, Random& random);

/// Whether a parameter stands inside one of the term's primitives: then no power of x and no other
/// factor may stand beside it.
bool trains_inside(const Term& term);

/// Terms merged, factors in order, parameters that nothing uses dropped.
void tidy(Gradient& g);

/// As its text reads back: the order of terms that to_string writes. Nothing when it is outside the
/// gradient's form.
std::optional<Gradient> canonical(const Gradient& g);

}  // namespace antigrad::space
