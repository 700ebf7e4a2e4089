// Sums of exponentials, several at a time in plain C++ that compilers turn into vector code.
#pragma once
#include <span>

namespace antigrad::search {

/// log of the sum of exp(x), in a fixed order; -inf counts 0, and where all are -inf so is the
/// result. No NaN. Relative error of the sum below 1e-12 for up to a million numbers. xs is worked
/// in: it holds no more what it did.
double log_sum_exp(std::span<double> xs);

}  // namespace antigrad::search
