// A function of one input as polynomials on a few segments of the line, laid out for lookups in
// vector registers: y = P_i(t), P_i of one degree for all i.
//
// Which segment is x in, and what is t?
//   graded: u = min(2 + scale |x - pivot|, top); the leading bits of the float u count segments
//           that grow with the octaves of u, 2^(23 - shift) an octave; half of the table for each
//           side of the pivot. The last segment of each side reaches to infinity. t = x - origin.
//   sorted: how many of the breaks are < x. t = x - origin.
//   rounded forms: u = a scale + magic, magic near 2^23, so that rounding to a float counts: the
//           last bits of u are the segment, two segments below 2^23 being as wide as one above it.
//           t = a scale + magic - u, from -1/2 to 1/2; for 16 bits up to kDirectDegree t = a, whose
//           powers lose digits that those do not have.
//             half:  a = min(|x|, high), for functions with a symmetry
//             both:  the same, with the sign of x choosing the half of the table
//             full:  a = min(max(x, low), high)
//             sided: a = max(x, low), for functions that are a line for x > 0
//           A Finish makes y of p = P_i(t), which is constant from both ends on.
//   dense:  many short segments of one width, whose rows of coefficients lie in memory: for
//           machines whose registers hold few. a = min(max(x, low), high), v = a scale, the
//           segment is floor(v) + magic, t = v - floor(v). z = min(max(x, first), last), which
//           may be infinite: y = p (plain), z p (product), p + slope (z - a) (beyond).
// A segment that holds 0 has its origin there: a function with f(0) = 0 stays relatively exact.
// Read by files that are compiled for other machines than this header's other readers: it includes
// nothing.
#pragma once

namespace antigrad::kernels {

enum class Form { graded, sorted, half, both, full, sided, dense };

/// What y is, given p and a; s(p) is p with its sign turned where x is negative.
enum class Finish {
  plain,              // p                             half, both, full
  odd,                // s(p)                          half
  odd_product,        // s(a p)                        half
  centred,            // middle + s(p)                 half
  line,               // slope x + s(p)                half; sided: slope x where x > 0, else p
  positive,           // slope max(x, 0) + p           half
  negative,           // slope min(x, 0) + p           half
  positive_product,   // max(x, 0) + a p               half
  magnitude_product,  // |x| + a p                     half
  product,            // max(x, low) p                 both, full
  beyond,             // p + slope max(x - high, 0)    full; both: slope (|max(x, low)| - a)
  constant,           // middle where x > 0, else p    sided
};

struct Segments {
  static constexpr int kMost = 32;       // segments
  static constexpr int kMostDegree = 8;  // at least 1, so that NaN passes
  static constexpr int kMostRows = 512;  // of dense tables
  static constexpr int kDirectDegree = 2;

  Form form = Form::graded;
  Finish finish = Finish::plain;
  int size = kMost;  // entries of each table below that may be looked up: 8, 16 or 32
  int degree = 1;
  int shift = 0;
  float pivot = 0, scale = 0, top = 0;
  float magic = 0, low = 0, high = 0, slope = 0, middle = 0;  // of rounded forms
  float first = 0, last = 0;                                  // of dense ones: where z stops
  float left_limit = 0, right_limit = 0;                      // at -inf and +inf
  alignas(64) float breaks[kMost];                            // sorted; +inf behind the last
  alignas(64) float origins[kMost];
  alignas(64) float coefficients[kMostDegree + 1][kMost];
  alignas(64) float rows[4 * kMostRows];  // dense: `size` rows of degree + 1 coefficients (2 or 4)
};

}  // namespace antigrad::kernels
