// A function of one input as polynomials on a few segments of the line, laid out for lookups in
// vector registers: y = P_i(x - origin_i), P_i of one degree for all i.
//
// Which segment is x in?
//   graded: u = min(2 + scale |x - pivot|, top); the leading bits of the float u count segments
//           that grow with the octaves of u, 2^(23 - shift) an octave; half of the table for each
//           side of the pivot. The last segment of each side reaches to infinity.
//   sorted: how many of the breaks are < x.
// A segment that holds 0 has its origin there: a function with f(0) = 0 stays relatively exact.
// Read by files that are compiled for other machines than this header's other readers: it includes
// nothing.
#pragma once

namespace antigrad::kernels {

struct Segments {
  static constexpr int kMost = 32;       // segments
  static constexpr int kMostDegree = 8;  // at least 1, so that NaN passes

  bool sorted = false;
  int size = kMost;  // entries of each table below that may be looked up: 8, 16 or 32
  int degree = 1;
  int shift = 0;
  float pivot = 0, scale = 0, top = 0;
  float left_limit = 0, right_limit = 0;  // at -inf and +inf
  alignas(64) float breaks[kMost];        // sorted; +inf behind the last
  alignas(64) float origins[kMost];
  alignas(64) float coefficients[kMostDegree + 1][kMost];
};

}  // namespace antigrad::kernels
