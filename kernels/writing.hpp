// How a function is written so that few segments of low degree fit it: as itself, less a line, as a
// product with its argument, as a half that symmetry continues.
#pragma once
#include <array>
#include <vector>

#include "kernels/segments.hpp"

namespace antigrad::kernels {

/// One way to write f: y = finish(p), and how p follows from f at a.
struct Writing {
  Form form;
  Finish finish;
  double base = 0, middle = 0;   // p = f - base a - middle
  bool product = false;          // p / a instead
  double before = 0, after = 0;  // p from the ends on, in the order of a; before: not for half
  bool last_fitted = false;      // the last segment is not constant
  double sign = 1;               // both: f is taken at sign a

  double p(double f, double a) const {
    const double p = f - base * a - middle;
    return product ? p / (sign * a) : p;
  }
};

/// The ways that fit the symmetry and the tails, the cheapest first.
std::vector<Writing> single_writings(const Sampler& f, const Shape& shape, bool kink_at_zero);

/// Pairs of a writing for x > 0 and one for x < 0.
std::vector<std::array<Writing, 2>> paired_writings(const Sampler& f, const Shape& shape);

}  // namespace antigrad::kernels
