// Rows that have a form of their own in machine arithmetic, machine_NAME: better there than their
// formula, since it shares exponentials or keeps digits. A row without one runs its formula.
#pragma once
#include "kernels/low.hpp"

namespace antigrad::kernels {

Low machine_exp(Low a);
Low machine_gaussian(Low a);
Low machine_normal_pdf(Low a);
Low machine_normal_cdf(Low a);
Low machine_sigmoid(Low a);
Low machine_logistic_pdf(Low a);
Low machine_softplus(Low a);
Low machine_sech2(Low a);
Low machine_logcosh(Low a);
Low machine_mish_gate(Low a);
Low machine_mish_gate_slope(Low a);
Low machine_isru_slope(Low a);
Low machine_sine_integral(Low a);
Low machine_sinc_slope(Low a);

// The same for an argument that is not above 0, or counts only where it is not.
Low nonpositive_exp(Low a);
Low nonpositive_expm1(Low a);

// Sums of a row and another term that would cancel, and products that would lose digits.
Low tanh_difference(Low a);   // a - tanh(a)
Low expm1_difference(Low a);  // expm1(a) - a
Low silu_slope(Low a);        // sigmoid(a) + a logistic_pdf(a)
Low gelu(Low a);              // a normal_cdf(a), also where the second is denormal
Low times_exp(Low y, Low a);  // y e^a, rounded once
Low sine_square(Low a);       // sin(a)^2, whose error counts twice in a square

}  // namespace antigrad::kernels
