// A tabulated antiderivative refitted for float32: fewer and lower polynomials, laid out so that a
// vector of elements looks each coefficient up with one permutation.
#pragma once
#include <cstddef>
#include <vector>

#include "space/table.hpp"

namespace antigrad::kernels {

/// Segment of x: how many of `breaks` are <= x. There P(x) = sum_k coefficients[k][segment] t^k
/// with t = x - origins[segment], within about 2^-24 (|P(x)| + 1/16 of the change of P over the
/// segment, or max(1, |P(origin)|) where that is less). For x between the table's first and last
/// break; outside its tails hold.
struct FloatTable {
  std::vector<float> breaks;                     // between the segments, ascending
  std::vector<float> origins;                    // breaks.size() + 1
  std::vector<std::vector<float>> coefficients;  // by power, each as long as origins
};

/// The lowest degree, 4 to 8, with at most 32 segments, or degree 8.
FloatTable make_float_table(const space::Table& table);

}  // namespace antigrad::kernels
