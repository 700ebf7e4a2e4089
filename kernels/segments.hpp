// Fitting a function of one input by few polynomials (kernels/segment_table.hpp).
#pragma once
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "kernels/segment_table.hpp"

namespace antigrad::kernels {

/// Values of the function that is fitted: y[i] = f(x[i]), in double.
using Sampler = std::function<void(std::span<const double> x, std::span<double> y)>;

/// A polynomial sum_k c[k] x^k that the function is, within Shape::fit of its scale, beyond
/// `end`.
struct TailFit {
  double end = 0;
  double c[4] = {};
  double operator()(double x) const { return c[0] + x * (c[1] + x * (c[2] + x * c[3])); }
  float limit(double sign) const;  // at sign * infinity
};

/// odd: f(x) + f(-x) = 2 f(0). even: f(x) - f(-x) is linear.
enum class Symmetry { none, odd, even };

/// What the fit needs to know of the function as a whole.
struct Shape {
  double fit = 0x1p-25;  // error of the fit before rounding, times scale()
  double at_zero = 0;
  double most = 0;  // sup |f| on the samples within reach; infinity when a tail is no constant
  bool absolute = false;  // errors count against min(1, most) also at 0 (gradients)
  TailFit left, right;    // left.end < 0 < right.end
  double reach = std::numeric_limits<double>::infinity();  // only |x| <= reach is fitted
  Symmetry symmetry = Symmetry::none;
  std::vector<float> corners;  // ascending; the next float belongs to the right

  /// What an error at x is relative to: max(|f|, min(|x| + |f(0)|, sup |f|)), or for `absolute`
  /// max(|f|, min(1, sup |f|)).
  double scale(double x, double f) const;
};

/// Looks at the function: its tails, its size, at which of the `switches` it is seen to change its
/// course. Without a polynomial as tail it is fitted as far as kLimited. The reason instead when it
/// is not finite there.
inline constexpr double kLimited = 16;
std::optional<Shape> shape_of(const Sampler& f, const std::vector<float>& switches, bool absolute,
                              double fit, std::string& reason);

/// What lookups the machine has.
struct Lookups {
  int graded;  // segments of a graded table: 32 or 16
  int sorted;  // of a sorted one: 32 or 8
  bool rounded;
  bool dense = false;
};

/// Fits the function: the cheapest form that keeps Shape::fit, to be verified by running it. The
/// reason instead when there is none.
std::optional<Segments> fit_segments(const Sampler& f, const Shape& shape, const Lookups& lookups,
                                     std::string& reason);

}  // namespace antigrad::kernels
