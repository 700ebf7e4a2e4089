// int_0^x t^k p(a t + b) dt for scales a that may be tiny or 0. (P(a x + b) - P(b)) / a loses its
// digits there; x^(k+1) times the mean of s^k p(b + s a x) over 0 <= s <= 1, by Gauss's rule, loses
// none, in the value and in every derivative. |a x| < 1/2 takes the mean, else the difference.
#pragma once
#include "space/builder.hpp"
#include "space/gradient.hpp"

namespace antigrad::space {

/// The smallest and the largest value of an affine coefficient over the domains of the parameters.
struct Range {
  double lo, hi;
};
Range range_of(const Affine& a, const std::vector<Parameter>& parameters);

/// Whether the scale of f can come so near to 0 that the mean is needed.
bool is_small(const Factor& f, const std::vector<Parameter>& parameters);

/// The integral; `difference` is its value where |a x| is not small. The mean's error is below
/// 1e-13 of the largest p between b and a x + b (of a composition as far as its own scales are
/// moderate). Where p has a kink between them, off b, the difference serves: there df/da keeps
/// fewer digits as a -> 0.
Sym small_scale_integral(const Factor& f, int power, Sym x, Sym difference);

}  // namespace antigrad::space
