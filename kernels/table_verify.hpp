// The proof of a table is in running it: at every border and its neighbours, inside every segment,
// at zeros, denormals, all magnitudes, infinities and NaN, against the float64 reference.
#pragma once
#include <string>

#include "kernels/segments.hpp"
#include "kernels/table_loops.hpp"

namespace antigrad::kernels {

struct TableErrors {
  double scaled = 0;  // as below
  double nearby = 0;  // in f32: largest |error| / max(1, |f|) for |x| <= 16
};

/// scaled: the largest error in units of 2^-24 Shape::scale (f32), or in units in the last place of
/// Shape::scale (bf16, f16), for |x| <= Shape::reach; infinity with the reason (which x, what was
/// got, what was expected) where a special value is wrong.
TableErrors table_errors(const Segments& segments, const Shape& shape, const Sampler& f,
                         TableLoop forward, Element element, std::string& reason);

/// The largest scaled one that is accepted: 4 for f32, 0.6 for bf16 and f16 (of which rounding once
/// takes 0.5), so that 5 and 0.63 hold between the points that were tried.
double most_error(Element element);

/// The error of a fit, times Shape::scale, that takes `units` of the last places.
double fit_error(Element element, double units);

}  // namespace antigrad::kernels
