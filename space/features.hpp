// Where a function has its places, and its widths: what its frame is made of (space/frame.hpp).
// Equal for every writing of a function, and moved with it by shifts, scales and reflections.
#pragma once
#include <cmath>

#include "space/atoms.hpp"

namespace antigrad::space {

/// Extremes, so that it does not matter how often a place or a width is named.
struct Features {
  double first = INFINITY, last = -INFINITY;  // places
  double widest = 0, widest_exponential = 0;  // exponentials merge in products: they come last

  double width() const { return widest > 0 ? widest : widest_exponential; }
  bool placed() const { return first <= last; }
  void place(double x);
  void add(const Atom& a);

 private:
  void widen(double& width, double scale);
  void add_composition(Op op, const std::vector<Term>& inside, double scale, double shift,
                       double times);
  void add_inside(const std::vector<Monomial>& sum, double scale, double shift, double times);
  void place_inside(const std::vector<Monomial>& sum, double scale, double shift, double times);
};

/// The mean root of the highest power n: -C_(n-1) / (n C_n), of what stands beside x^n at the
/// lowest rates.
double vertex(const std::vector<Monomial>& sum, int n);

}  // namespace antigrad::space
